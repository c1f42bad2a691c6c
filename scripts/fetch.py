"""Read the department's list pages and write a draft for each item that is not cited yet.

Drafts are for a person, who reads the page, fills them in and runs scripts/add.py contact; no row
is written here. Exit status: 0 all lists were read, 1 some could not be, 2 cannot run.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from zhonglianbu import lists
from zhonglianbu.package import Package, PackageError
from zhonglianbu.terminal import run
from zhonglianbu.writing import replace_all

ROOT = Path(__file__).resolve().parent.parent


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Write drafts of the items on list pages that no source is yet. Reads slowly, "
        "as robots.txt allows; what was read is kept, so that a run that broke off goes on.",
        epilog="example: .venv/bin/python scripts/fetch.py --pages 3 --contact me@example.org",
    )
    parser.add_argument("list", nargs="*", help=f"addresses; default: {', '.join(lists.LISTS)}")
    parser.add_argument("--package", type=Path, default=ROOT, help="default: the tree")
    parser.add_argument(
        "--pages", type=int, default=1, help="of each list, newest first; default: 1"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "drafts", help="default: drafts/")
    parser.add_argument(
        "--cache", type=Path, default=ROOT / "build" / "pages", help="default: build/pages/"
    )
    parser.add_argument("--contact", default="", help="where you can be reached, told to the site")
    parser.add_argument("--delay", type=float, default=5, help="seconds between pages; default: 5")
    parser.add_argument("--timeout", type=float, default=30, help="seconds; default: 30")
    parser.add_argument("--retries", type=int, default=2, help="default: 2")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    status = 0
    try:
        package = Package(options.package)
        cited, names = lists.known_numbers(package), lists.names(package)
        options.output.mkdir(parents=True, exist_ok=True)
        reader = lists.Reader(
            options.cache,
            agent(package.version, options.contact),
            options.delay,
            options.timeout,
            options.retries,
        )
        for url in options.list or lists.LISTS:
            try:
                for page in lists.pages(reader, url, options.pages):
                    print(f"{page.url}: {told(write(page, options.output, cited, names))}")
            except lists.Unreadable as error:
                print(f"fetch: {error}", file=sys.stderr)
                status = 1
    except KeyboardInterrupt:
        print("\nfetch: broken off; what was drafted stays, run again to go on", file=sys.stderr)
        return 1
    except (PackageError, OSError) as error:
        print(f"fetch: {error}", file=sys.stderr)
        return 2
    return status


def agent(version: str, contact: str) -> str:
    """How the reader calls itself: what it is, and who runs it if that is told."""
    about = "open data on the department; lists only, a page every few seconds"
    return f"zhonglianbu/{version} ({about}{f'; {contact}' if contact else ''})"


def write(
    page: lists.Page, folder: Path, cited: set[str], names: list[tuple[str, str, str, str]]
) -> dict[str, int]:
    """Write the drafts of a page; one that is there, perhaps filled in, is left alone.

    Raises:
        Unreadable: the page has no item.
    """
    counts = {"items": 0, "cited already": 0, "drafted before": 0, "drafts written": 0}
    for one in lists.items(page):
        path = folder / f"t{one.day.replace('-', '')}_{one.number}.json"
        counts["items"] += 1
        if one.number in cited:
            counts["cited already"] += 1
        elif any(folder.glob(f"t*_{one.number}.json")):
            counts["drafted before"] += 1
        else:
            text = json.dumps(lists.draft(one, names), ensure_ascii=False, indent=2)
            replace_all({path: text + "\n"})
            counts["drafts written"] += 1
    return counts


def told(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {what}" for what, number in counts.items())


if __name__ == "__main__":
    run(main)
