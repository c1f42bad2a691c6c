"""Build the wheel that users install: the loader with the data inside.

It is built from a copy of what it needs, so that the tree stays clean, with the date of the data,
so that the same tree gives the same bytes. Exit status: 0 built, 2 it could not be built.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from zhonglianbu.package import Package, PackageError

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("src", "data", "schemas", "rules", "LICENSES")
FILES = ("datapackage.json", "CITATION.cff", "README.md", "pyproject.toml", "setup.py")


def build(root: Path, output: Path) -> Path:
    """Build the wheel of the tree ``root`` into ``output``; return its path.

    Raises:
        PackageError: pip refuses; its last line says why.
    """
    date = datetime.fromisoformat(Package(root).descriptor["as_of"]).replace(tzinfo=UTC)
    os.umask(0o022)  # modes go into the wheel
    with tempfile.TemporaryDirectory(prefix="zhonglianbu-") as name:
        tree, aside = Path(name) / "tree", Path(name) / "wheel"
        ignored = shutil.ignore_patterns("*.egg-info", "__pycache__")
        for folder in FOLDERS:
            shutil.copytree(
                root / folder, tree / folder, ignore=ignored, copy_function=shutil.copyfile
            )
        for file in FILES:
            shutil.copyfile(root / file, tree / file)
        result = subprocess.run(
            [
                *(sys.executable, "-m", "pip", "wheel", tree, "--wheel-dir", aside),
                *("--quiet", "--disable-pip-version-check"),
                *("--no-build-isolation", "--no-deps", "--no-index"),
            ],
            env={**os.environ, "SOURCE_DATE_EPOCH": str(int(date.timestamp()))},
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            lines = (result.stdout + result.stderr).strip().splitlines()
            raise PackageError(f"the wheel does not build: {lines[-1] if lines else 'no reason'}")
        (wheel,) = aside.glob("*.whl")
        output.mkdir(parents=True, exist_ok=True)
        part = output / f".{wheel.name}.part"
        shutil.copyfile(wheel, part)
        return part.replace(output / wheel.name)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description="Build the wheel that users install, with the data inside.",
        epilog="example: .venv/bin/python scripts/wheel.py --output /tmp/wheels",
    )
    parser.add_argument("--output", type=Path, default=ROOT / "dist", help="default: dist/")
    options = parser.parse_args(arguments)
    try:
        print(build(ROOT, options.output))
    except (PackageError, OSError) as error:
        print(f"wheel: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
