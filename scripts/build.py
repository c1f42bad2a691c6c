"""Build the release ``dist/zhonglianbu-<version>/``, and the same as a zip, from a package.

It is written aside, checked by the gate, and renamed last, so that a release is there as a whole or
not at all. A release of the same version with other bytes is never touched. Exit status: 0 built, 1
the package or what was built is not valid, 2 it could not be built.
"""

from __future__ import annotations

import argparse
import fcntl
import filecmp
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb

from zhonglianbu import archive, gate, release, summary
from zhonglianbu.gate.findings import as_text
from zhonglianbu.package import Package, PackageError

ROOT = Path(__file__).resolve().parent.parent
ASIDE = ".building-"


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Build the release: the package in every format, with metadata and hashes.",
        epilog="example: .venv/bin/python scripts/build.py --output /tmp/releases",
    )
    parser.add_argument("package", nargs="?", type=Path, default=ROOT, help="default: the tree")
    parser.add_argument("--output", type=Path, default=ROOT / "dist", help="default: dist/")
    return parser.parse_args(arguments)


def progress(step: str) -> None:
    print(f"build: {step}", file=sys.stderr, flush=True)


@contextmanager
def aside(output: Path) -> Iterator[Path]:
    """A folder within ``output`` to build in; what a killed build left there is cleared away.

    Raises:
        PackageError: another build is at work in ``output``.
    """
    output.mkdir(parents=True, exist_ok=True)
    with (output / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PackageError(f"{output}: another build is at work here, wait for it") from None
        for left in output.glob(f"{ASIDE}*"):
            shutil.rmtree(left)
        with tempfile.TemporaryDirectory(dir=output, prefix=ASIDE) as name:
            yield Path(name)


def is_same(new: Path, old: Path) -> bool:
    """Whether two releases, as folders or as zips, have the same bytes."""
    if new.is_dir():
        new, old = new / "SHA256SUMS", old / "SHA256SUMS"
    return old.is_file() and filecmp.cmp(new, old, shallow=False)


def put(new: list[Path], output: Path) -> None:
    """Put what was built in its place, unless it stands there already.

    Raises:
        PackageError: something of the same name is there with other bytes; nothing is changed.
    """
    missing = [one for one in new if not (output / one.name).exists()]
    for one in new:
        if one not in missing and not is_same(one, output / one.name):
            raise PackageError(
                f"{output / one.name}: is there with other bytes, and a version names one set of "
                "bytes: raise the version in datapackage.json, move the old one away, or build "
                "elsewhere with --output"
            )
    for one in missing:
        progress(f"putting {one.name} in its place")
        one.rename(output / one.name)


def errors_of(folder: Path) -> bool:
    """Run the gate, print its errors, and tell whether there were any.

    Raises:
        PackageError: the gate found no room in memory or on disk.
    """
    try:
        errors = [one for one in gate.run(folder) if one.severity == "error"]
    except duckdb.Error as error:
        raise PackageError(str(error).splitlines()[0]) from error
    if errors:
        print("\n".join(as_text(errors)))
    return bool(errors)


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    try:
        package = Package(options.package)
        progress("checking the package")
        if errors_of(package.root):
            print("build: the package is not valid, nothing was built", file=sys.stderr)
            return 1
        name = f"zhonglianbu-{package.version}"
        with aside(options.output) as folder:
            target = folder / name
            release.build(package, target, progress)
            progress("checking what was built")
            if errors_of(target):
                print("build: the release is not valid, the old one stays", file=sys.stderr)
                return 1
            progress("packing the zip")
            packed = folder / f"{name}.zip"
            archive.pack(target, packed, date.fromisoformat(package.descriptor["as_of"]))
            put([target, packed], options.output)
    except (PackageError, release.ReleaseError, OSError) as error:
        print(f"build: {error}", file=sys.stderr)
        return 2
    counts = summary.figures(package)
    print(
        f"zhonglianbu {package.version}: {counts['tables']} tables, {counts['rows']:,} rows, "
        f"{counts['contacts']:,} contacts with {counts['countries']} countries and "
        f"{counts['parties']} parties, {counts['sources']:,} sources"
    )
    print(
        f"{options.output / name}/ and {name}.zip: "
        + ", ".join(one.name for one in release.FORMATS)
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
