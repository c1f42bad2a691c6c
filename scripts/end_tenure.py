"""End a tenure: its last day, its status and reason, and the source that says so, or nothing.

Exit status: 0 it has ended (now), 1 refused, nothing was changed; 2 cannot run.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import add
from zhonglianbu import adding, ids
from zhonglianbu.package import Package, PackageError
from zhonglianbu.terminal import run

ROOT = Path(__file__).resolve().parent.parent


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="End a tenure, with its source.",
        epilog="example: .venv/bin/python scripts/end_tenure.py liu-haixing 2027-03 "
        "--source url=https://... locator=headline",
    )
    parser.add_argument("--package", type=Path, default=ROOT, help="default: the tree")
    parser.add_argument("tenure", help="its id, or a person's id or name with one open tenure")
    parser.add_argument("date", help="the last day, as precise as the source: 2027-03")
    parser.add_argument("--reason", default="", help="as the source says")
    parser.add_argument(
        "--source", nargs="+", required=True, metavar="FIELD=VALUE", help="known or new"
    )
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    try:
        edit = ids.Edit(Package(options.package))
        done = adding.end_tenure(
            edit, options.tenure, options.date, options.reason, add.pairs(options.source)
        )
        if done.new:
            edit.save()
    except ids.Refused as error:
        print(f"end_tenure: {error}", file=sys.stderr)
        return 1
    except (PackageError, OSError) as error:
        print(f"end_tenure: {error}", file=sys.stderr)
        return 2
    print("\n".join([*edit.told, f"{done.id} has ended{'' if done.new else ' already'}"]))
    return 0


if __name__ == "__main__":
    run(main)
