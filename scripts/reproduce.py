"""Build releases again from their tags, twice each, and tell what is not the same.

Exit status: 0 all is well, or skipped with a reason; 1 something is not; 2 it cannot be checked.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from packaging.version import Version

from zhonglianbu import releases
from zhonglianbu.package import Package, PackageError

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description="Each version of the changelog must be a tag from which its release builds.",
        epilog="example: .venv/bin/python scripts/reproduce.py 0.1.0",
    )
    parser.add_argument("versions", nargs="*", help="default: all of the changelog")
    parser.add_argument(
        "--last", action="store_true", help="build only the last one that is tagged"
    )
    options = parser.parse_args(arguments)
    status = 0
    try:
        tags = releases.tags(ROOT)
        if not tags:
            print("reproduce: skipped: this clone has no tag of a release (git fetch --tags)")
            return 0
        present = Package(ROOT).version
        told = releases.changelog((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
        for version in options.versions or told:
            tag = f"v{version}"
            if tag not in tags:
                pending = version == present
                print(f"{version}: {'not tagged yet' if pending else f'there is no tag {tag}'}")
                # a clone may be older than the last release
                passed_over = options.last and Version(version) > Version(tags[-1])
                status = status if pending or passed_over else 1
                continue
            if options.last and tag != tags[-1]:
                continue
            place = tags.index(tag)
            wrong = releases.reproduce(ROOT, version, tags[place - 1] if place else None)
            print(f"{version}: {'; '.join(wrong) or 'builds the same bytes twice'}", flush=True)
            status = 1 if wrong else status
        for tag in tags if not options.versions else ():
            if tag.removeprefix("v") not in told:
                print(f"{tag}: is tagged but not in CHANGELOG.md")
                status = 1
    except (PackageError, OSError) as error:
        print(f"reproduce: {error}", file=sys.stderr)
        return 2
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
