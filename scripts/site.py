"""Build the static site ``dist/site/`` from a release, as ``scripts/build.py`` makes it.

It is written aside and takes the place of the old one last, so that a site is there as a whole or
not at all. It opens by double click and stands on any web server. Exit status: 0 built, 2 it could
not be.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from jinja2 import TemplateError

from build import aside
from zhonglianbu import release, site
from zhonglianbu.package import Package, PackageError

ROOT = Path(__file__).resolve().parent.parent


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Build the static site from a release.",
        epilog="example: .venv/bin/python scripts/site.py dist/zhonglianbu-0.1.0 --output /tmp/web",
    )
    parser.add_argument(
        "release", nargs="?", type=Path, help="default: dist/zhonglianbu-<version of the tree>/"
    )
    parser.add_argument(
        "--output", type=Path, default=ROOT / "dist" / "site", help="default: dist/site/"
    )
    parser.add_argument(
        "--base-url",
        default="",
        metavar="URL",
        help="where the site will stand, for canonical addresses and social cards",
    )
    parser.add_argument(
        "--report",
        default="",
        metavar="URL",
        help="a new issue's address, or mailto:, for reports of errors; default: text to send",
    )
    options = parser.parse_args(arguments)
    if options.base_url and not options.base_url.startswith(("http://", "https://")):
        parser.error("--base-url: an address that starts with http:// or https:// is needed")
    if options.report and not options.report.startswith(("http://", "https://", "mailto:")):
        parser.error("--report: an address that starts with http://, https:// or mailto: is needed")
    if options.base_url and not options.base_url.endswith("/"):
        options.base_url += "/"
    return options


def progress(step: str) -> None:
    print(f"site: {step}", file=sys.stderr, flush=True)


def put(new: Path, output: Path) -> None:
    """Put the new site in the place of the old one, which goes only then.

    Raises:
        PackageError: what stands there is no site, and is left alone.
    """
    if output.exists() and not (output / "assets" / "site.js").is_file() and any(output.iterdir()):
        raise PackageError(f"{output}: is there and is no site: choose another place with --output")
    old = new.with_name("old")
    if output.exists():
        output.rename(old)
    try:
        new.rename(output)
    except OSError:
        if old.exists():
            old.rename(output)
        raise
    shutil.rmtree(old, ignore_errors=True)


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    try:
        folder = options.release
        if folder is None:
            folder = ROOT / "dist" / f"zhonglianbu-{Package(ROOT).version}"
        output = options.output.resolve()
        with aside(output.parent) as work:
            new = work / "site"
            counts = site.build(
                folder.resolve(), new, progress, base_url=options.base_url, report=options.report
            )
            files = [path.stat().st_size for path in new.rglob("*") if path.is_file()]
            put(new, output)
    except (PackageError, release.ReleaseError, OSError, TemplateError) as error:
        print(f"site: {error}", file=sys.stderr)
        return 2
    pages = ", ".join(f"{number:,} {name}" for name, number in counts.items())
    print(f"{sum(counts.values()):,} pages ({pages})")
    print(f"{output / 'index.html'}: {len(files):,} files, {sum(files) / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
