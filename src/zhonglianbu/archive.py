"""A package as a zip: packed the same each time, and unpacked aside with nothing outside."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from .package import PackageError, is_local

#: More than this is no package of ours but a trap.
MAX_BYTES = 4 * 2**30
MAX_FILES = 10_000


def pack(folder: Path, path: Path, day: date) -> None:
    """Write ``folder`` and all in it as the zip ``path``: files only, in the order of their names.

    Every file has the date ``day`` and the same mode, so that the bytes depend on nothing but the
    content (and the version of zlib).
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(one for one in folder.rglob("*") if one.is_file()):
            name = f"{folder.name}/{file.relative_to(folder).as_posix()}"
            info = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # Unix, wherever it is made
            info.external_attr = 0o100644 << 16
            info.file_size = file.stat().st_size
            with file.open("rb") as source, archive.open(info, "w") as target:
                shutil.copyfileobj(source, target, 1 << 20)


@contextmanager
def opened(path: Path) -> Iterator[Path]:
    """Yield the folder of the package at ``path``, a folder or a zip.

    Raises:
        PackageError: there is nothing of the kind, or the zip is damaged, too big or unsafe.
    """
    if path.is_dir():
        yield path
        return
    if not path.exists():
        raise PackageError(f"{path}: no such file or folder")
    if not path.is_file() or not zipfile.is_zipfile(path):
        raise PackageError(f"{path}: neither a folder nor a zip")
    with tempfile.TemporaryDirectory(prefix="zhonglianbu-") as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                members = archive.infolist()
                _refuse_unsafe(path, members)
                archive.extractall(folder)
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
            raise PackageError(f"{path}: cannot be unpacked: {error}") from None
        yield _root(path, Path(folder))


def _refuse_unsafe(path: Path, members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_FILES or sum(member.file_size for member in members) > MAX_BYTES:
        raise PackageError(f"{path}: unpacks to more than a package can be")
    for name, count in Counter(member.filename for member in members).items():
        if count > 1:
            raise PackageError(f"{path}: the member {name!r} stands in it {count} times")
    for member in members:
        is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
        if is_link or not is_local(member.filename.rstrip("/")):
            raise PackageError(f"{path}: the member {member.filename!r} leads out of the package")


def _root(path: Path, folder: Path) -> Path:
    if (folder / "datapackage.json").is_file():
        return folder
    inner = [entry for entry in folder.iterdir() if (entry / "datapackage.json").is_file()]
    if len(inner) == 1:
        return inner[0]
    raise PackageError(f"{path}: no datapackage.json inside")
