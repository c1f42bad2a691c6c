"""Measure the site of a package of a given size: how long it takes to build, and a reader to get an
answer from it in Chromium. Exit status: 0 measured, 2 it could not be.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

from bench import measure, say, scaled
from zhonglianbu.package import Package, PackageError
from zhonglianbu.release import base

ROOT = Path(__file__).resolve().parent.parent
#: What a reader asks of the search page, an accent and a slip of the finger among it.
QUERIES = ("刘建超", "jianchao", "inacio", "联络部", "li", "communist party of", "南非", "jianchoa")
#: Milliseconds from a new query to the laid-out list, for each query.
SEARCH = """(queries) => queries.map((query) => {
    const input = document.querySelector("#q"), start = performance.now();
    input.value = query;
    input.dispatchEvent(new Event("input", {bubbles: true}));
    document.body.offsetHeight;
    return performance.now() - start;
})"""
#: The same from a new filter to the laid-out rows, for the first thirty countries of the list.
FILTER = """() => [...document.querySelector("[name=country]")].slice(1, 31).map((option) => {
    const start = performance.now();
    history.replaceState(null, "", "#country=" + option.value);
    window.dispatchEvent(new HashChangeEvent("hashchange"));
    document.body.offsetHeight;
    return performance.now() - start;
})"""


def run(size: int) -> None:
    """Print how long the site of a package of about ``size`` contacts takes to build and to use."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise PackageError("the site is measured in Chromium: apt-get install chromium")
    with tempfile.TemporaryDirectory(prefix="zhonglianbu-bench-") as name:
        folder, target = Path(name) / "package", Path(name) / "site"
        folder.mkdir()
        scaled(Package(ROOT), size, folder)
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        sums = (f"{base.sha256(path)}  {path.relative_to(folder)}\n" for path in files)
        (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
        command = [sys.executable, str(ROOT / "scripts" / "site.py"), str(folder)]
        cost = measure([*command, "--output", str(target)], ROOT)
        if cost.status:
            raise PackageError(f"the site of {size} contacts was not built")
        pages = [path.stat().st_size for path in target.rglob("*.html")]
        say(
            f"{size:,} contacts: {len(pages):,} pages, {sum(pages) / 1e6:.0f} MB; built in "
            f"{cost.seconds:.1f} s, {cost.processor:.1f} CPU s, {cost.memory:.0f} MiB"
        )
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page()
            for title, path, ready, script in (
                ("explore", "explore.html", "#found-rows", FILTER),
                ("search", "search.html", "[data-searchable]", SEARCH),
            ):
                page.goto(f"{target.as_uri()}/{path}")
                page.wait_for_selector(ready, timeout=300_000)
                loaded = page.evaluate(
                    "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
                )
                times = sorted(page.evaluate(script, list(QUERIES)))
                say(
                    f"{title}: interactive after {loaded:.0f} ms; an answer takes "
                    f"{times[len(times) // 2]:.1f} ms in the middle, {times[-1]:.1f} ms at most"
                )
            browser.close()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description="Measure how long the site takes to build, and a reader to get an answer.",
        epilog="example: .venv/bin/python scripts/bench_site.py 2500",
    )
    parser.add_argument("contacts", nargs="?", type=int, default=2_500)
    try:
        run(parser.parse_args(arguments).contacts)
    except (PackageError, OSError, Error) as error:
        print(f"bench_site: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
