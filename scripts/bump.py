"""Raise the version: everywhere it stands, with the new ids, the changes and a changelog to write.

Exit status: 0 done, 1 the version is below what the changes ask for, 2 it cannot be done.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from packaging.version import Version

import docs
from zhonglianbu import diff, releases
from zhonglianbu.package import Package, PackageError
from zhonglianbu.writing import replace_all

ROOT = Path(__file__).resolve().parent.parent


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Raise the version to the least that the changes since the last release ask "
        "for; again after further changes it brings all up to date.",
        epilog="example: .venv/bin/python scripts/bump.py --as-of 2027-01-31",
    )
    parser.add_argument("version", nargs="?", help="default: the least, or the present one if more")
    parser.add_argument("--as-of", help="the day of the data; default: as it is")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    try:
        tags = releases.tags(ROOT)
        if not tags:
            raise PackageError("no tag of a release to compare with (git fetch --tags)")
        new = Package(ROOT)
        with releases.revision(ROOT, tags[-1]) as tree:
            old = Package(tree)
            changes = diff.compare(old, new)
        needed = diff.bump(changes)
        least = diff.least_version(old.version, needed)
        version = options.version or max(least, new.version, key=Version)
        as_of = options.as_of or str(new.descriptor["as_of"])
        if not re.fullmatch("[0-9]+[.][0-9]+[.][0-9]+", version):
            raise PackageError(f"{version!r} is no version such as 0.2.0")
        if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", as_of):
            raise PackageError(f"{as_of!r} is no day such as 2027-01-31")
        if Version(version) < Version(least):
            print(f"bump: {version} is too low, {needed} changes ask for {least}", file=sys.stderr)
            return 1
        if needed == "none" and version == old.version:
            print(f"nothing has changed since {tags[-1]}")
            return 0
        replace_all(releases.raised(ROOT, version, as_of, changes))
        replace_all(docs.generated(ROOT))
    except (PackageError, OSError, ValueError, KeyError) as error:
        print(f"bump: {error}", file=sys.stderr)
        return 2
    print(
        f"{tags[-1]} -> {version} ({needed}); now write CHANGELOG.md for the users, then make test"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
