"""The release: the package as people download it, in a folder of its own and as a zip.

The same input gives the same bytes: nothing reads the clock, the locale or the folder's name. Each
format is one module with one function; :data:`FORMATS` is the list of them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
from xlsxwriter.exceptions import FileCreateError

from ..package import Package
from . import (
    cff,
    codebook,
    croissant,
    csv_json,
    csvw,
    dcat,
    ddl,
    derived,
    excel,
    ftm,
    graphml,
    parquet,
    popolo,
    schemaorg,
    sqlite,
    stata,
)
from .base import File, Format, Release, ReleaseError, opened, sha256

__all__ = ["FORMATS", "File", "Format", "Release", "ReleaseError", "build"]

#: In this order: metadata come last, since they list the files before them.
FORMATS = (
    csv_json.FORMAT,
    derived.FORMAT,
    parquet.FORMAT,
    sqlite.FORMAT,
    excel.FORMAT,
    stata.FORMAT,
    graphml.FORMAT,
    popolo.FORMAT,
    ftm.FORMAT,
    ddl.FORMAT,
    codebook.FORMAT,
    cff.FORMAT,
    schemaorg.FORMAT,
    dcat.FORMAT,
    croissant.FORMAT,
    csvw.FORMAT,
)

Progress = Callable[[str], None]


def build(
    package: Package,
    target: Path,
    progress: Progress,
    formats: Sequence[Format] | None = None,
) -> None:
    """Write the release of ``package`` into the new folder ``target``.

    Args:
        package: a package that the gate has passed.
        target: a folder that does not exist yet; the caller renames it when all is done.
        progress: told of each step in a few words, before it is taken.
        formats: those to write, in the order of ``FORMATS``; all, if none are given.

    Raises:
        OSError, ReleaseError: a file cannot be written, or a format cannot hold the data.
    """
    target.mkdir(parents=True)
    try:
        progress("reading the tables")
        with opened(package, target) as release:
            for format in FORMATS if formats is None else formats:
                progress(f"writing {format.name}: {format.title}")
                before = set(target.rglob("*"))
                format.write(release)
                release.files += [
                    File(
                        path.relative_to(target).as_posix(),
                        path.stat().st_size,
                        sha256(path),
                        format,
                    )
                    for path in sorted(set(target.rglob("*")) - before)
                    if path.is_file()
                ]
    except (duckdb.Error, sqlite3.Error, FileCreateError) as error:
        raise ReleaseError(str(error).splitlines()[0]) from None
    progress("writing SHA256SUMS")
    files = sorted(release.files, key=lambda file: file.path)
    sums = "".join(f"{file.sha256}  {file.path}\n" for file in files)
    (target / "SHA256SUMS").write_text(sums, encoding="utf-8")
