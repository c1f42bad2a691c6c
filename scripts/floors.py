"""Write rules/floors.csv: below these counts no later version may fall unexplained.

Run when a version is released, on the tree as it is released. Exit status: 0 written or up to date,
1 with --check it is not, 2 the package is not valid or cannot be read.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from zhonglianbu import gate
from zhonglianbu.gate import floors
from zhonglianbu.package import Package, PackageError

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description="Write down how many ids each table has for each country in this version.",
        epilog="example: .venv/bin/python scripts/floors.py --check",
    )
    parser.add_argument("package", nargs="?", type=Path, default=ROOT, help="default: the tree")
    parser.add_argument("--check", action="store_true", help="change nothing, only report")
    options = parser.parse_args(arguments)
    path = options.package / "rules" / floors.FILE
    try:
        errors = [one for one in gate.run(options.package) if one.severity == "error"]
        if errors:
            raise PackageError(f"{len(errors)} errors; see scripts/validate.py")
        wanted = floors.floors(Package(options.package))
        if path.exists() and path.read_text(encoding="utf-8") == wanted:
            return 0
        print(f"{'would change' if options.check else 'changed'} rules/{floors.FILE}")
        if options.check:
            return 1
        path.write_text(wanted, encoding="utf-8")
    except (PackageError, OSError) as error:
        print(f"floors: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
