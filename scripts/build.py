"""Build the release folder ``dist/zhonglianbu-<version>/`` from a package.

It is written aside, checked by the gate, and renamed last. Exit status: 0 built, 1 the package or
what was built is not valid, 2 it could not be built.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from zhonglianbu import gate, release, summary
from zhonglianbu.gate.findings import as_text
from zhonglianbu.package import Package, PackageError

ROOT = Path(__file__).resolve().parent.parent


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Build the release: CSV and JSON with hashes, Parquet, SQLite.",
        epilog="example: .venv/bin/python scripts/build.py --output /tmp/releases",
    )
    parser.add_argument("package", nargs="?", type=Path, default=ROOT, help="default: the tree")
    parser.add_argument("--output", type=Path, default=ROOT / "dist", help="default: dist/")
    return parser.parse_args(arguments)


def swap(new: Path, final: Path) -> None:
    """Put ``new`` in the place of ``final``; the old folder goes only when the new one stands."""
    if not final.exists():
        new.rename(final)
        return
    old = new.parent / f"{final.name}.old"
    final.rename(old)
    try:
        new.rename(final)
    except OSError:
        old.rename(final)
        raise
    shutil.rmtree(old)


def main(arguments: list[str]) -> int:
    options = parse(arguments)

    def progress(step: str) -> None:
        print(f"build: {step}", file=sys.stderr, flush=True)

    try:
        package = Package(options.package)
        progress("checking the package")
        errors = [one for one in gate.run(package.root) if one.severity == "error"]
        if errors:
            print("\n".join(as_text(errors)))
            print("build: the package is not valid, nothing was built", file=sys.stderr)
            return 1
        name = f"zhonglianbu-{package.version}"
        options.output.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=options.output, prefix=".building-") as aside:
            target = Path(aside) / name
            release.build(package, target, progress)
            progress("checking what was built")
            errors = [one for one in gate.run(target) if one.severity == "error"]
            if errors:
                print("\n".join(as_text(errors)))
                print("build: the release is not valid, the old one stays", file=sys.stderr)
                return 1
            swap(target, options.output / name)
    except (PackageError, OSError) as error:
        print(f"build: {error}", file=sys.stderr)
        return 2
    counts = summary.figures(package)
    print(
        f"zhonglianbu {package.version}: {counts['tables']} tables, {counts['rows']:,} rows, "
        f"{counts['contacts']:,} contacts with {counts['countries']} countries and "
        f"{counts['parties']} parties, {counts['sources']:,} sources"
    )
    print(f"{options.output / name}/  datapackage.json, data/, parquet/, zhonglianbu.sqlite")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
