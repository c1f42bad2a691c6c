"""List pairs of contacts that may be one encounter and that no reader has decided yet.

A pair found to be one is merged by scripts/ids.py; a pair found to be two goes into
docs/distinct_contacts.csv with the reason. Exit status: 0 none is left, 1 some are, 2 cannot run.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from zhonglianbu import duplicates
from zhonglianbu.package import Package, PackageError

ROOT = Path(__file__).resolve().parent.parent
DECISIONS = ROOT / "docs" / "distinct_contacts.csv"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description="List pairs of contacts that may be one encounter.",
        epilog="example: .venv/bin/python scripts/duplicates.py --all",
    )
    parser.add_argument("--all", action="store_true", help="also those decided to be two")
    options = parser.parse_args(arguments)
    try:
        package = Package(ROOT)
        decided = duplicates.decided(DECISIONS)
        pairs = duplicates.candidates(package)
        contacts = {row["contact_id"]: row for row in package["contacts"].rows()}
    except (PackageError, OSError, ValueError, KeyError) as error:
        print(f"duplicates: {error}", file=sys.stderr)
        return 2
    left = [pair for pair in pairs if pair not in decided]
    for pair in pairs if options.all else left:
        told = " | ".join(
            f"{one} {contacts[one]['start_date']} {contacts[one]['title']}" for one in pair
        )
        print(f"{told} | {decided.get(pair, 'undecided')}")
    for pair in sorted(set(decided) - set(pairs)):
        print(f"duplicates: {' and '.join(pair)} are decided but not proposed", file=sys.stderr)
    return 1 if left or set(decided) - set(pairs) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
