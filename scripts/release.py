"""Release what is committed: check it against the last release, build it, tag it.

Exit status: 0 released, 1 it may not be released so, 2 it cannot be done. The tag comes last.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import build
import diff
import wheel
from zhonglianbu import releases
from zhonglianbu.package import Package, PackageError

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description="Check, build and tag the version that is committed; push the tag yourself.",
        epilog="example: .venv/bin/python scripts/release.py",
    )
    parser.add_argument("--output", type=Path, default=ROOT / "dist", help="default: dist/")
    options = parser.parse_args(arguments)
    try:
        version = Package(ROOT).version
        tag = f"v{version}"
        if dirty := releases.git(ROOT, "status", "--porcelain"):
            raise PackageError(f"commit first: {dirty.splitlines()[0].strip()}")
        if tag in releases.git(ROOT, "tag", "--list").split():
            raise PackageError(f"{tag} is tagged already (make bump)")
        if status := diff.main(["--check"]):
            return status
        if status := build.main(["--output", str(options.output)]):
            return status
        if status := wheel.main(["--output", str(options.output)]):
            return status
        releases.git(ROOT, "tag", "--annotate", tag, "--message", f"Release {version}")
    except (PackageError, OSError) as error:
        print(f"release: {error}", file=sys.stderr)
        return 2
    print(f"{tag} is tagged; git push origin {tag} makes it known")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
