"""The formatter: write every table in its one form, or say which is not in it.

Exit status: 0 all is (now) in form, 1 with --check some is not, 2 a table could not be read.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from zhonglianbu import canonical
from zhonglianbu.package import Package, PackageError, Resource
from zhonglianbu.writing import replace_all

ROOT = Path(__file__).resolve().parent.parent


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Sort rows, trim cells, compose accents (NFC), mend line ends and quotes.",
        epilog="example: .venv/bin/python scripts/fmt.py --check",
    )
    parser.add_argument("package", nargs="?", type=Path, default=ROOT, help="default: the tree")
    parser.add_argument("--check", action="store_true", help="change nothing, only report")
    return parser.parse_args(arguments)


def formatted(resource: Resource) -> str | None:
    """The table's canonical text, or None where the file has it already.

    Raises:
        PackageError: the file is not UTF-8, or no table with this header.
    """
    try:
        if resource.path.exists() and not resource.path.is_file():
            raise PackageError(f"{resource.relative}: not a file")
        text = resource.path.read_bytes().decode("utf-8")
        wanted = canonical.table(text, resource)
    except UnicodeDecodeError as error:
        raise PackageError(f"{resource.relative}: not UTF-8 at byte {error.start}") from None
    except (OSError, ValueError) as error:
        raise PackageError(f"{resource.relative}: {error}") from None
    return None if wanted == text else wanted


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    status = 0
    try:
        package = Package(options.package)
    except PackageError as error:
        print(f"fmt: {error}", file=sys.stderr)
        return 2
    for resource in package.tables:
        try:
            text = formatted(resource)
            if text is not None and not options.check:
                replace_all({resource.path: text})
        except (PackageError, OSError) as error:
            print(f"fmt: {error}", file=sys.stderr)
            status = 2
            continue
        if text is not None:
            print(f"{'would change' if options.check else 'changed'} {resource.relative}")
            status = max(status, 1) if options.check else status
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
