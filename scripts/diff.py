"""Compare two packages by meaning: what changed, and the least bump of the version.

Exit status: 0 compared, 1 with --check the new one may not be released so, 2 it cannot be compared.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from packaging.version import InvalidVersion, Version

from zhonglianbu import diff, releases
from zhonglianbu.archive import opened
from zhonglianbu.package import Package, PackageError
from zhonglianbu.terminal import run

ROOT = Path(__file__).resolve().parent.parent


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Compare two packages by meaning: tables, fields, codes, ids, rows, cells. "
        "Each is a folder, a zip or a git revision.",
        epilog="example: .venv/bin/python scripts/diff.py v0.1.0 dist/zhonglianbu-0.2.0.zip "
        "--changes changes.csv",
    )
    parser.add_argument("old", nargs="?", help="default: the last release tagged in git")
    parser.add_argument("new", nargs="?", default=str(ROOT), help="default: the tree")
    parser.add_argument("--changes", type=Path, help="write every change to this CSV file")
    parser.add_argument(
        "--check",
        action="store_true",
        help="refuse a version below the bump, a lost id, a CHANGELOG without the version",
    )
    return parser.parse_args(arguments)


@contextmanager
def package(name: str) -> Iterator[Package]:
    """The package that a folder, a zip or a revision of the tree's repository holds."""
    where = opened(Path(name)) if Path(name).exists() else releases.revision(ROOT, name)
    with where as root:
        yield Package(root)


def last_release() -> str | None:
    """The tag to compare with; None where there is none, after telling why."""
    try:
        tags = releases.tags(ROOT)
    except PackageError as error:
        print(f"diff: skipped the comparison: {error}", file=sys.stderr)
        return None
    if not tags:
        print(
            "diff: skipped the comparison: this clone has no tag of a release, such as v0.1.0 "
            "(git fetch --tags --unshallow brings them where there are any)",
            file=sys.stderr,
        )
        return None
    told = releases.changelog((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    before = [version for version in told if Version(version) < Version(Package(ROOT).version)]
    if before and f"v{before[0]}" not in tags:
        print(
            f"diff: skipped the comparison: this clone has {tags[-1]}, but not the last release, "
            f"v{before[0]} (git fetch --tags)",
            file=sys.stderr,
        )
        return None
    return tags[-1]


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    refused: list[str] = []
    try:
        with ExitStack() as stack:
            new = stack.enter_context(package(options.new))
            if options.check:
                refused += releases.changelog_refusals(new)
            name = options.old or last_release()
            if name:
                old = stack.enter_context(package(name))
                changes = diff.compare(old, new)
                print("\n".join([f"{old.version} -> {new.version}", *diff.summary(changes)]))
                needed = diff.bump(changes)
                least = diff.least_version(old.version, needed)
                print(f"least bump: {needed}; the next version is at least {least}")
                if options.changes:
                    options.changes.write_text(diff.as_csv(changes), encoding="utf-8", newline="")
                if options.check:
                    refused += releases.refusals(old, new, changes)
    except BrokenPipeError:
        raise
    except (PackageError, OSError, InvalidVersion, KeyError, json.JSONDecodeError) as error:
        print(f"diff: {error}", file=sys.stderr)
        return 2
    for line in refused:
        print(line)
    return 1 if refused else 0


if __name__ == "__main__":
    run(main)
