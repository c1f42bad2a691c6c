"""Mint, merge and withdraw ids: rows that point at them follow, and nothing is half done.

Exit status: 0 done, or it is so already; 1 refused, nothing was changed; 2 cannot run.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from zhonglianbu import ids
from zhonglianbu.package import Package, PackageError

ROOT = Path(__file__).resolve().parent.parent


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Mint, merge and withdraw ids. The gate checks merges and withdrawals.",
        epilog="example: .venv/bin/python scripts/ids.py mint ct 3; "
        ".venv/bin/python scripts/ids.py merge li-si-1 li-si --reason 'Coded twice.'",
    )
    parser.add_argument("--package", type=Path, default=ROOT, help="default: the tree")
    verbs = parser.add_subparsers(dest="verb", required=True)
    mint = verbs.add_parser(
        "mint",
        help="add new ids to data/ids.csv and print them; their rows are yours to write",
        epilog="example: .venv/bin/python scripts/ids.py mint ci 12",
    )
    mint.add_argument("prefix", help="ct for contacts, ci for citations ...")
    mint.add_argument("number", nargs="?", type=int, default=1, help="default: 1")
    mint.add_argument("--type", help="what they stand for, where other ids do not tell")
    merge = verbs.add_parser(
        "merge",
        help="let an id take the place of another everywhere",
        epilog="example: .venv/bin/python scripts/ids.py merge OLD NEW --reason 'Coded twice.'",
    )
    merge.add_argument("old", help="the id that falls out of use")
    merge.add_argument("new", help="the id that stays")
    withdraw = verbs.add_parser(
        "withdraw",
        help="take an id and its row out of use",
        epilog="example: .venv/bin/python scripts/ids.py withdraw ct-7k2m9q --reason 'Announced.'",
    )
    withdraw.add_argument("id")
    for verb in (merge, withdraw):
        verb.add_argument("--reason", required=True, help="one sentence, kept in ids")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    try:
        edit = ids.Edit(Package(options.package))
        if options.verb == "mint":
            done = ids.mint(edit, options.prefix, options.number, options.type)
            edit.save(check=False)  # each needs its row first, which make check will say
            print("\n".join(done))
            return 0
        if options.verb == "merge":
            changed = ids.merge(edit, options.old, options.new, options.reason)
            state = f"{options.old} is merged into {options.new}"
        else:
            changed = ids.withdraw(edit, options.id, options.reason)
            state = f"{options.id} is withdrawn"
        if changed:
            edit.save()
            print("\n".join([*edit.told, *edit.beside(), state]))
        else:
            print(f"{state} already")
    except ids.Refused as error:
        print(f"ids: {error}", file=sys.stderr)
        return 1
    except (PackageError, OSError) as error:
        print(f"ids: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
