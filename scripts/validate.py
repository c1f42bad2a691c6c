"""The gate: check a package and print each mistake in one line.

Exit status: 0 the package is valid, 1 it has errors, 2 it could not be checked.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import duckdb

from zhonglianbu import gate
from zhonglianbu.archive import opened
from zhonglianbu.gate import findings as shown
from zhonglianbu.package import Package, PackageError
from zhonglianbu.terminal import run

ROOT = Path(__file__).resolve().parent.parent


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Check a data package: bytes, descriptor, tables, documents, meaning.",
        epilog="example: .venv/bin/python scripts/validate.py dist/zhonglianbu-0.1.0 --format json",
    )
    parser.add_argument(
        "package", nargs="?", type=Path, default=ROOT, help="folder or zip (default: the tree)"
    )
    parser.add_argument(
        "--format", choices=("text", "json", "github"), default="text", help="default: text"
    )
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    try:
        with opened(options.package) as root:
            found = gate.run(root)
            package = Package(root)
    except (PackageError, OSError) as error:
        print(f"validate: {error}", file=sys.stderr)
        return 2
    except duckdb.Error as error:  # out of memory or of disk
        print(f"validate: {str(error).splitlines()[0]}", file=sys.stderr)
        return 2
    if options.format == "json":
        print(shown.as_json(found))
    else:
        as_lines = shown.as_text if options.format == "text" else shown.as_github
        for line in as_lines(found):
            print(line)
    errors = sum(finding.severity == "error" for finding in found)
    warnings = len(found) - errors
    tables = len(package.tables)
    verdict = "not valid" if errors else "valid"
    print(
        f"{verdict}: {tables} tables, {errors} errors, {warnings} warnings in {options.package}",
        file=sys.stderr,
    )
    return 1 if errors else 0


if __name__ == "__main__":
    run(main)
