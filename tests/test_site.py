"""The site in a real browser: what it shows, what it refuses, what it leads to."""

from __future__ import annotations

import csv
import hashlib
import html
import io
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin

import html5lib
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from conftest import ROOT, Small, run_build
from zhonglianbu.package import Package, PackageError, read_json
from zhonglianbu.site import charts, text, worldmap
from zhonglianbu.site.render import markdown

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
]
AXE = ROOT / "tests" / "vendor" / "axe.min.js"
HIT = "window.hit=1"
#: Markup that would run, load or close something if a template, script or data file let it.
PAYLOADS = [
    f"<script>{HIT}</script>",
    f'"><img src=x onerror={HIT}>',
    f"'><svg onload={HIT}>",
    f"</script><script>{HIT}</script>",
    f"</title></textarea><script>{HIT}</script>",
    "{{ 7 * 7 }} {% raw %}",
    f'<iframe srcdoc="<script>parent.{HIT}</script>">',
    f"&lt;script&gt;{HIT}&lt;/script&gt;",
    f"<!--<script>{HIT}</script>-->",
    f"<a href='javascript:{HIT}'>x</a>",
]
#: Where they are put: table, id of the row, field.
PLACES = [
    ("people", "liu-jianchao", "name_en"),
    ("organizations", "zaf-african-national-congress", "name_en"),
    ("contacts", "ct-2a2a2a", "title"),
    ("countries", "ZAF", "name_en"),
    ("sources", "idcpc-t20220701-149228", "title"),
    ("claims", "cl-shinn-eisenman-party-channel", "claimant"),
    ("series", "six-parties-seminar", "name_en"),
    ("posts", "ild-head", "title_en"),
    ("gaps", "gap-heads-1979-2015", "reason"),
    ("events", "ev-1951-04-founding-meeting", "title"),
]


# ---- sites


def run_site(release: Path, output: Path, *more: str, **environment: str) -> Any:
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / "site.py", release, "--output", output, *more],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


def small_in(folder: Path) -> Small:
    shutil.copytree(ROOT / "tests" / "package", folder)
    for name in ("schemas", "rules"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "rules" / "floors.csv").unlink()  # of the real package
    small = Small(folder)
    small.add_papers()
    return small


def release_of(small: Small, output: Path) -> Path:
    result = run_build(small.root, output)
    assert result.returncode == 0, result.stdout + result.stderr
    (folder,) = output.glob("zhonglianbu-*/")
    return folder


def site_of(release: Path, output: Path) -> Path:
    result = run_site(release, output)
    assert result.returncode == 0, result.stdout + result.stderr
    return output


@pytest.fixture(scope="session")
def tiny_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small package, with an accent to find, a merged id and one that changed its kind."""
    folder = tmp_path_factory.mktemp("tiny")
    small = small_in(folder / "package")
    small.set("people", "song-tao", name_native="Inácio Çelik")
    merged = {"status": "merged", "since_version": "0.1.0", "reason": "Coded twice"}
    small.add("ids", id="ct-1merged", entity_type="contact", replaced_by="ct-2a2a2a", **merged)
    small.add("ids", id="old-anc", entity_type="organization",
              replaced_by="zaf-african-national-congress", **merged)  # fmt: skip
    return release_of(small, folder / "dist")


@pytest.fixture(scope="session")
def tiny(tiny_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return site_of(tiny_release, tmp_path_factory.mktemp("tiny-site") / "site")


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of a package that the gate lets pass, with markup wherever there is free text."""
    folder = tmp_path_factory.mktemp("hostile")
    small = small_in(folder / "package")
    for number, (table, key, field) in enumerate(PLACES):
        small.set(table, key, **{field: PAYLOADS[number], "note": PAYLOADS[-1 - number]})
    participants = small.rows("participants")
    for number, row in enumerate(participants):
        row["role"], row["person_name"] = PAYLOADS[number], PAYLOADS[-1 - number]
    small.write("participants", participants)
    return site_of(release_of(small, folder / "dist"), folder / "site")


@pytest.fixture(scope="session")
def real(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return site_of(built, tmp_path_factory.mktemp("real-site") / "site")


@pytest.fixture(scope="session")
def browser() -> Generator[Browser, None, None]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


class Watched:
    """A page of the browser that writes down whatever should not happen on it."""

    def __init__(self, context: BrowserContext, home: str):
        self.page: Page = context.new_page()
        self.home = home
        self.wrong: list[str] = []
        self.page.on("console", lambda m: m.type in ("error", "warning") and self._note(m.text))
        self.page.on("pageerror", lambda error: self._note(str(error)))
        self.page.on("requestfailed", self._failed)
        self.page.on("request", self._request)

    def _note(self, what: str) -> None:
        self.wrong.append(f"{self.page.url}: {what}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.home, "blob:", "data:")):
            self._note(f"request for {request.url}")

    def _failed(self, request: Any) -> None:
        if request.failure != "net::ERR_ABORTED":  # the next page was opened before the icon came
            self._note(f"failed {request.url}: {request.failure}")

    def go(self, path: str) -> Page:
        """Open a page anew; a change behind # alone would not load it again."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.home}{path}")
        return self.page


Open = Callable[..., Watched]


@pytest.fixture
def watch(browser: Browser) -> Generator[Open, None, None]:
    """Opens a site in a new context: ``watch(folder or address, **options of the context)``."""
    contexts = []

    def start(site: Path | str, **options: Any) -> Watched:
        context = browser.new_context(**options)
        contexts.append(context)
        home = site if isinstance(site, str) else f"{site.as_uri()}/"
        return Watched(context, home)

    yield start
    for context in contexts:
        context.close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture(scope="session")
def served(tiny: Path) -> Iterator[str]:
    """The tiny site over HTTP on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tiny)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


def pages_of(site: Path) -> list[str]:
    return sorted(
        path.relative_to(site).as_posix()
        for path in site.rglob("*.html")
        if "download" not in path.relative_to(site).parts
    )


def readable(site: Path) -> list[str]:
    """All pages but those that only lead on to another."""
    return [path for path in pages_of(site)
            if 'http-equiv="refresh"' not in (site / path).read_text(encoding="utf-8")]  # fmt: skip


def kinds_of(site: Path) -> list[str]:
    """One page of each type: those at the root, and of each folder its list and one other."""
    chosen: dict[tuple[str, bool], str] = {}
    for path in pages_of(site):
        folder, _, name = path.rpartition("/")
        if not folder or folder == "department":
            chosen[path, False] = path
        elif "<footer" in (site / path).read_text(encoding="utf-8"):  # an id in use
            chosen.setdefault((folder, name.startswith(("index", "list", "year-"))), path)
    return sorted(chosen.values())


# ---- without a browser

_LINK = re.compile(r'\s(?:href|src)="([^"]*)"|content="0; url=([^"]*)"')
_ANCHOR = re.compile(r'\sid="([^"]*)"')


def dead_links(site: Path) -> list[str]:
    """Links of all pages that lead to no file of the site, or to no place on the page."""
    anchors: dict[str, set[str]] = {}
    links: dict[str, list[str]] = {}
    for path in pages_of(site):
        source = (site / path).read_text(encoding="utf-8")
        anchors[path] = set(map(html.unescape, _ANCHOR.findall(source)))
        found = [html.unescape(a or b) for a, b in _LINK.findall(source)]
        links[path] = [one for one in dict.fromkeys(found)
                       if not one.startswith(("http://", "https://", "mailto:"))]  # fmt: skip
    there: dict[str, bool] = {}
    dead = []
    for path, found in links.items():
        for link in found:
            target, fragment = urldefrag(urljoin(f"/{path}", link))
            target = unquote(target).lstrip("/")
            if target not in there:
                there[target] = (site / target).is_file()
            script = path != target and target in ("explore.html", "compare.html", "search.html")
            if not there[target]:
                dead.append(f"{path}: {link}")
            elif fragment and not script and unquote(fragment) not in anchors.get(target, set()):
                dead.append(f"{path}: {link} (no such place)")
    return dead


@pytest.mark.parametrize("which", ["tiny", "hostile", "real"])
def test_no_link_is_dead(which: str, request: pytest.FixtureRequest) -> None:
    site: Path = request.getfixturevalue(which)
    assert dead_links(site) == []


def test_a_dead_link_would_be_found(tiny: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(tiny, site)
    page = site / "cite.html"
    kept = page.read_text(encoding="utf-8")
    added = (
        '<a href="index.html#main">fine</a><a href="none.html">x</a><a href="#none">y</a></main>'
    )
    page.write_text(kept.replace("</main>", added), encoding="utf-8")
    assert dead_links(site) == ["cite.html: none.html", "cite.html: #none (no such place)"]


def test_every_page_is_html_without_fault(tiny: Path, hostile: Path) -> None:
    """html5lib's strict mode; and each page has the policy, a title, a language, one h1."""
    for site in (tiny, hostile):
        for path in pages_of(site):
            source = (site / path).read_text(encoding="utf-8")
            tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(source)
            assert tree.get("lang") == "en", path
            assert len(tree.findall(".//h1")) == 1, path
            assert tree.findtext("head/title"), path
            (policy,) = [
                meta.get("content")
                for meta in tree.findall("head/meta")
                if meta.get("http-equiv") == "Content-Security-Policy"
            ]
            assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
            assert "unsafe" not in policy and "http" not in policy
            assert not re.search(r"<[^>]+\s(style|on[a-z]+)=\"", source), path


def test_what_a_page_is_about_is_told_to_machines(tiny: Path) -> None:
    kinds = set()
    for path in pages_of(tiny):
        source = (tiny / path).read_text(encoding="utf-8")
        for block in re.findall(r'<script type="application/ld\+json">(.*?)</script>', source):
            said = json.loads(block)
            assert said["@context"] == "https://schema.org/"
            kinds.add(said["@type"])
    assert {"Dataset", "Country", "Person", "PoliticalParty", "Organization", "Event",
            "EventSeries", "Book", "CreativeWork"} <= kinds  # fmt: skip


def test_an_id_out_of_use_leads_on_or_says_why(tiny: Path, watch: Open) -> None:
    page = watch(tiny).go("contact/ct-1merged.html")
    page.wait_for_url("**/contact/ct-2a2a2a.html")
    old = (tiny / "organization" / "old-anc.html").read_text(encoding="utf-8")
    assert 'href="../organization/zaf-african-national-congress.html">African National' in old
    gone = (tiny / "contact" / "ct-0x0x0x.html").read_text(encoding="utf-8")
    assert "it was withdrawn" in gone and "It was announced and did not happen" in gone
    assert "refresh" not in gone
    listed = (tiny / "changes.html").read_text(encoding="utf-8")
    for id in ("ct-1merged", "old-anc", "ct-0x0x0x"):
        assert f'id="id-{id}"' in listed


def test_each_country_is_drawn_or_marked(real: Path, built: Path, tmp_path: Path) -> None:
    drawn = set(
        re.findall(r'data-id="([A-Z]{3})"', (real / "index.html").read_text(encoding="utf-8"))
    )
    rows = Package(built)["countries"].rows()
    assert drawn == {row["country_id"] for row in rows}
    points = tmp_path / "points.csv"
    points.write_text("country_id,longitude,latitude,place\n", encoding="utf-8")
    with pytest.raises(PackageError, match=r"no place for [A-Z]{3} .* add a line"):
        worldmap.shapes(ROOT / "site" / "vendor" / "countries-50m.json", points, rows)


def test_downloads_are_those_of_the_release(tiny: Path, tiny_release: Path) -> None:
    page = (tiny / "downloads.html").read_text(encoding="utf-8")
    for line in (tiny_release / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        sha, _, path = line.partition("  ")
        assert sha in page
        content = (tiny / "download" / tiny_release.name / path).read_bytes()
        assert hashlib.sha256(content).hexdigest() == sha
    assert f'href="download/{tiny_release.name}.zip"' in page


def test_the_same_release_gives_the_same_bytes(
    tiny: Path, tiny_release: Path, tmp_path: Path
) -> None:
    again = tmp_path / "elsewhere" / "site"
    result = run_site(
        tiny_release, again, TZ="Pacific/Kiritimati", LC_ALL="C", PYTHONHASHSEED="7", LANG="C"
    )
    assert result.returncode == 0, result.stderr
    files = {path.relative_to(tiny): path for path in tiny.rglob("*") if path.is_file()}
    assert files.keys() == {p.relative_to(again) for p in again.rglob("*") if p.is_file()}
    assert [str(name) for name, path in files.items()
            if path.read_bytes() != (again / name).read_bytes()] == []  # fmt: skip


def test_vendored_files_are_those_of_the_lock() -> None:
    lock = read_json(ROOT / "site" / "vendor" / "lock.json")
    named = set()
    for package in lock["packages"]:
        for file in package["files"]:
            content = (ROOT / file["path"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == file["sha256"], file["path"]
            named.add(file["path"])
    there = {
        path.relative_to(ROOT).as_posix()
        for folder in ("site/vendor", "tests/vendor")
        for path in (ROOT / folder).iterdir()
    }
    assert there - named == {"site/vendor/lock.json"}


def test_all_words_have_chinese_and_none_is_left_over(real: Path, tmp_path: Path) -> None:
    words = read_json(ROOT / "site" / "zh.json")
    templates = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "site" / "templates").iterdir()
    ) + (ROOT / "src" / "zhonglianbu" / "site" / "pages.py").read_text(encoding="utf-8")
    assert [word for word in words["interface"] if f'"{word}"' not in templates] == []
    labels = {
        code["label"]
        for one in read_json(ROOT / "data" / "vocabularies.json")["vocabularies"]
        for code in one["codes"]
        if one["name"] not in ("date_basis", "side", "end_status", "partyfacts_match",
                               "citation_stance", "identifier_scheme")
    }  # fmt: skip
    assert labels - words["codes"].keys() == set()
    with pytest.raises(PackageError, match="no Chinese for 'Nonesuch'"):
        text.Words(ROOT / "site" / "zh.json")("Nonesuch")


def test_links_of_documents_lead_to_pages_or_files_or_nowhere(real: Path, built: Path) -> None:
    page = (real / "methodology.html").read_text(encoding="utf-8")
    assert f'href="download/{built.name}/docs/search_log.csv"' in page
    html, headings = markdown(
        "# A\n\n[a](b.md#c) [x](gone.md) [y](https://example.org) <b onclick=1>\n\n# B\n\n## A",
        lambda link: {"b.md": "b.html"}.get(link),
    )
    assert '<a href="b.html#c">a</a> <span>x</span> <a href="https://example.org">y</a>' in html
    assert "<b" not in html
    assert headings == [(1, "a", "A"), (2, "b", "B"), (3, "a-2", "A")]


def test_clear_errors_and_nothing_lost(tiny: Path, tmp_path: Path) -> None:
    result = run_site(ROOT, tmp_path / "site")
    assert result.returncode == 2
    (line,) = [one for one in result.stderr.splitlines() if "no such file" in one]
    assert "SHA256SUMS" in line and "scripts/build.py makes it" in line
    assert not (tmp_path / "site").exists()
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("do not lose", encoding="utf-8")
    release = next((tiny / "download").glob("zhonglianbu-*/"))
    result = run_site(release, mine)
    assert result.returncode == 2 and "is no site" in result.stderr
    assert [one.name for one in mine.iterdir()] == ["thesis.txt"]
    for option in ("--base-url", "--report"):
        result = run_site(release, tmp_path / "site", option, "javascript:alert(1)")
        assert result.returncode == 2 and f"{option}: an address" in result.stderr
    result = run_site(release, tmp_path / "site", "--help")
    assert result.returncode == 0 and "example: " in result.stdout


def test_where_it_stands_and_where_errors_go_can_be_told(
    tiny_release: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    result = run_site(
        tiny_release, site, "--base-url", "https://example.org/z",
        "--report", "https://example.org/new",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    page = (site / "contact" / "ct-2a2a2a.html").read_text(encoding="utf-8")
    assert 'rel="canonical" href="https://example.org/z/contact/ct-2a2a2a.html"' in page
    assert 'content="https://example.org/z/assets/card.png"' in page
    assert 'href="https://example.org/new?title=Error%20in%20ct-2a2a2a' in page
    assert (site / "assets" / "card.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2019", "2019"), ("2019-04", "April 2019"), ("2019-04-16", "16 April 2019"),
        ("195X", "the 1950s"), ("20XX", "between 2000 and 2099"), ("1971~", "about 1971"),
        ("1971-05?", "May 1971 (uncertain)"), ("1971%", "about 1971 (uncertain)"), ("", ""),
    ],
)  # fmt: skip
def test_dates_in_words(written: str, words: str) -> None:
    assert text.date(written) == words


def test_only_addresses_of_the_web_become_links() -> None:
    assert text.is_link("https://example.org/")
    for other in ("javascript:alert(1)", "data:text/html,x", " https://x", "//x", "", None):
        assert not text.is_link(other)


@pytest.mark.parametrize(
    ("most", "steps"),
    [(0, [0, 1]), (1, [0, 1]), (3, [0, 1, 2, 3]), (10, [0, 5, 10]), (332, [0, 100, 200, 300, 400])],
)
def test_axes_have_round_steps(most: int, steps: list[int]) -> None:
    assert charts.ticks(most) == steps


# ---- in a browser


@pytest.mark.parametrize("how", ["file", "http"])
def test_every_page_loads_without_fault(how: str, tiny: Path, served: str, watch: Open) -> None:
    site = watch(tiny if how == "file" else served)
    for path in readable(tiny):
        site.go(path)
    assert site.wrong == []


def test_faults_would_be_seen(tiny: Path, tmp_path: Path, watch: Open) -> None:
    copy = tmp_path / "site"
    shutil.copytree(tiny, copy)
    page = copy / "cite.html"
    bad = '<script>1</script><p style="color:red"></p><img src="http://127.0.0.1:9/x.png" alt="">'
    page.write_text(page.read_text(encoding="utf-8").replace("</main>", f"{bad}</main>"))
    site = watch(copy)
    site.go("cite.html")
    assert len([one for one in site.wrong if "Content Security Policy" in one]) >= 3


def test_names_with_markup_do_no_harm(hostile: Path, watch: Open) -> None:
    """Each payload is shown as text, and none of them ran, loaded or closed anything."""
    site = watch(hostile)
    shown = ""
    for path in readable(hostile):
        page = site.go(path)
        assert page.evaluate("window.hit") is None, path
        assert page.locator("main iframe, main img, main script").count() == 0, path
        assert page.locator("a[href^='javascript:']").count() == 0, path
        shown += page.locator("main").text_content() or ""
    for payload in PAYLOADS:
        assert payload in shown, payload
    page = site.go("explore.html#uncounted=1")
    assert PAYLOADS[2] in (page.locator("#explore-table").text_content() or "")
    page = site.go("compare.html#what=country&id=ZAF")
    assert PAYLOADS[3] in (page.locator("#compared").text_content() or "")
    page = site.go("search.html#q=window")
    page.wait_for_selector("[data-searchable]")
    assert page.locator("#found li").count() > 3
    page.fill("#q", PAYLOADS[0])
    assert page.evaluate("window.hit") is None
    assert site.wrong == []


LOOKS: list[dict[str, Any]] = [
    {"color_scheme": "light"},
    {"color_scheme": "dark"},
    {"color_scheme": "light", "viewport": {"width": 320, "height": 640}},
]


def axe(page: Page, *rules: str) -> list[str]:
    """What axe-core finds wrong: rules of WCAG 2.2 A and AA, and its best practices.

    ``rules`` are those that are tried, where the others cannot come out otherwise.
    """
    page.evaluate(AXE.read_text(encoding="utf-8"))
    options = {"runOnly": list(rules)} if rules else {"rules": {"target-size": {"enabled": True}}}
    found = page.evaluate("async (options) => (await axe.run(options)).violations", options)
    return [f"{one['id']} {node['html'][:200]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark", "narrow"])
def test_axe_finds_nothing(look: dict[str, Any], tiny: Path, real: Path, watch: Open) -> None:
    wrong = []
    some = ["index.html", "explore.html", "country/ZAF.html", "organization/ild.html",
            "person/liu-jianchao.html", "department/heads.html", "department/structure.html",
            "compare.html#what=country&id=ZAF&id=DEU", "search.html#q=liu"]  # fmt: skip
    for folder, paths in ((tiny, kinds_of(tiny)), (real, some)):
        site = watch(folder, bypass_csp=True, **look)
        for path in paths:
            page = site.go(path)
            if path.startswith("search.html#"):
                page.wait_for_selector("#found li")
            colours = ["color-contrast"] if look["color_scheme"] == "dark" else []
            wrong += [f"{path}: {one}" for one in axe(page, *colours)]
            if "viewport" in look and page.evaluate("document.documentElement.scrollWidth") > 320:
                wrong.append(f"{path}: wider than 320 px")
    assert wrong == []


def test_axe_would_find_something(tiny: Path, watch: Open) -> None:
    page = watch(tiny, bypass_csp=True).go("cite.html")
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend',"
        '\'<img src=""><p style="color:#ddd;background:#fff">pale</p>\')'
    )
    assert {one.split()[0] for one in axe(page)} == {"image-alt", "color-contrast"}


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("刘建超", "Liu Jianchao 刘建超"), ("jianchao", "Liu Jianchao 刘建超"),
        ("liujianchao", "Liu Jianchao 刘建超"), ("Inacio", "Song Tao 宋涛"),
        ("INÁCIO", "Song Tao 宋涛"), ("非洲 国大", None), ("建超", "Liu Jianchao 刘建超"),
        ("jianchoa", "Liu Jianchao 刘建超"), ("south africa", "South Africa 南非"),
    ],
)  # fmt: skip
def test_search_finds(query: str, first: str | None, tiny: Path, watch: Open) -> None:
    """Chinese, pinyin with and without spaces, accents, a slip of the finger; None: nothing."""
    site = watch(tiny)
    page = site.go("index.html")
    page.fill(".find input", query)
    page.press(".find input", "Enter")
    page.wait_for_url("**/search.html?q=*")
    page.wait_for_selector("[data-searchable]")
    found = page.locator("#found li a").all_text_contents()
    assert (found[0] if found else None) == first
    assert site.wrong == []


def test_search_finds_the_department(real: Path, watch: Open) -> None:
    page = watch(real).go("search.html#q=联络部")
    page.wait_for_selector("#found li")
    hrefs = [a.get_attribute("href") for a in page.locator("#found li a").all()]
    assert "organization/ild.html" in hrefs[:5]


def table_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def download(page: Page) -> tuple[str, list[dict[str, str]]]:
    with page.expect_download() as waiting:
        page.click("#download")
    content = Path(waiting.value.path()).read_text(encoding="utf-8")
    return waiting.value.suggested_filename, list(csv.DictReader(io.StringIO(content)))


def test_filters_give_exactly_the_rows_of_the_data(real: Path, built: Path, watch: Open) -> None:
    """What the explorer shows and downloads is what the release's own tables say."""
    flat = table_of(built / "derived" / "contacts_flat.csv")
    counted = {r["contact_id"]: r for r in table_of(built / "derived" / "counted_contacts.csv")}
    contacts = {r["contact_id"]: r for r in table_of(built / "data" / "contacts.csv")}
    parties = table_of(built / "derived" / "party_contacts.csv")
    ild = {r["contact_id"] for r in table_of(built / "derived" / "ild_contacts.csv")}
    hosts = {r["contact_id"] for r in table_of(built / "data" / "participants.csv")
             if r["side"] == "cpc" and r["person_id"] == "liu-jianchao"}  # fmt: skip
    family = {r["organization_id"] for r in table_of(built / "data" / "parties.csv")
              if r["family"] == "social-democracy"}  # fmt: skip
    party = max({r["organization_id"] for r in parties},
                key=lambda id: sum(r["organization_id"] == id for r in parties))  # fmt: skip
    with_party = {r["contact_id"] for r in parties}
    in_2023 = {id for id, r in counted.items() if r["year"] == "2023"}
    africa = {r["contact_id"] for r in flat if r["region"] == "Africa"}
    expected: dict[str, set[str]] = {
        "": set(counted),
        "uncounted=1": set(contacts),
        "country=ZAF": {r["contact_id"] for r in flat if r["country_id"] == "ZAF"} & set(counted),
        "region=Africa&from=2023&to=2023": africa & in_2023,
        "from=2023&to=2023&partyonly=1": in_2023 & with_party,
        f"party={party}": {r["contact_id"] for r in parties if r["organization_id"] == party},
        "family=social-democracy": {r["contact_id"] for r in parties
                                    if r["organization_id"] in family},
        "ild=1&kind=seminar": {id for id in ild if contacts[id]["kind"] == "seminar"},
        "official=liu-jianchao&direction=outgoing": {
            id for id in hosts & set(counted) if contacts[id]["direction"] == "outgoing"},
        "mode=video": {id for id in counted if contacts[id]["mode"] == "video"},
    }  # fmt: skip
    site = watch(real, accept_downloads=True)
    for state, ids in expected.items():
        page = site.go(f"explore.html#{state}")
        assert ids, state
        assert page.text_content("#found-rows") == f"{len(ids):,}", state
        name, rows = download(page)
        assert name == f"zhonglianbu-{Package(built).version}-contacts.csv"
        assert len(rows) == len(ids) and {r["contact_id"] for r in rows} == ids, state
        shown = page.locator("#explore-table tbody tr").count()
        assert shown == min(100, len(ids)), state
    for row in rows:
        original = contacts[row["contact_id"]]
        for field in ("start_date", "end_date", "date_basis", "kind", "mode", "direction", "place",
                      "title", "in_statistics"):  # fmt: skip
            assert row[field] == original[field]
        assert row["data_version"] == Package(built).version and "Zhonglianbu" in row["cite_as"]
    assert site.wrong == []


def test_rows_are_sorted_and_more_are_shown(real: Path, watch: Open) -> None:
    page = watch(real, accept_downloads=True).go("explore.html")
    _, rows = download(page)
    dates = [row["start_date"][:10] for row in rows if len(row["start_date"]) == 10]
    assert dates == sorted(dates, reverse=True)
    page.click("th[data-key=title] button")
    assert page.get_attribute("th[data-key=title]", "aria-sort") == "ascending"
    first = page.locator("#explore-table tbody tr .what a").first.text_content()
    _, rows = download(page)
    assert rows[0]["title"] == first == min((r["title"] for r in rows), key=str.casefold)
    page.click("#explore-more")
    assert page.locator("#explore-table tbody tr").count() == min(200, len(rows))


def test_back_and_forward_keep_the_state(real: Path, watch: Open) -> None:
    page = watch(real).go("explore.html")
    everything = page.text_content("#found-rows")
    page.select_option("[name=country]", "ZAF")
    page.wait_for_url("**#country=ZAF")
    some = page.text_content("#found-rows")
    page.check("[name=partyonly]")
    page.wait_for_url("**#country=ZAF&partyonly=1")
    fewer = page.text_content("#found-rows")
    assert len({everything, some, fewer}) == 3
    page.go_back()
    assert page.text_content("#found-rows") == some
    assert not page.is_checked("[name=partyonly]")
    page.locator("#explore-table tbody .what a").first.click()
    page.wait_for_url("**/contact/*.html")
    page.go_back()
    page.wait_for_selector("#found-rows")
    assert page.text_content("#found-rows") == some
    assert page.input_value("[name=country]") == "ZAF"
    page.go_back()
    assert page.text_content("#found-rows") == everything
    page.go_forward()
    assert page.text_content("#found-rows") == some


def test_two_heads_side_by_side(real: Path, built: Path, watch: Open) -> None:
    site = watch(real)
    page = site.go("compare.html")
    page.select_option("[name=what]", "country")
    for country in ("ZAF", "DEU"):
        page.select_option("[name=add]", country)
        page.wait_for_selector(f"#compared [data-id={country}]")
    flat = table_of(built / "derived" / "contacts_flat.csv")
    for country in ("ZAF", "DEU"):
        met = {r["contact_id"] for r in flat
               if r["country_id"] == country and r["in_statistics"] == "true"}  # fmt: skip
        said = page.locator(f"#compared [data-id={country}] dd").first.text_content()
        assert said == f"{len(met):,}"
    page.locator("#compared article button").first.click()
    page.wait_for_url("**id=DEU")
    assert page.locator("#compared article").count() == 1
    assert site.wrong == []


def test_who_held_what_on_a_date(tiny: Path, watch: Open) -> None:
    site = watch(tiny)
    page = site.go("department/heads.html")
    visible = page.locator("#on-table tbody tr:visible")
    every = visible.count()
    page.fill("#on-date", "2023-05-01")
    page.dispatch_event("#on-date", "change")
    assert visible.locator("td:first-child").all_text_contents() == ["Liu Jianchao 刘建超"]
    assert visible.locator(".on").all_text_contents() == ["certain"]
    page.fill("#on-date", "1971-01-15")
    page.dispatch_event("#on-date", "change")
    assert visible.locator(".on").all_text_contents() == ["possible"]
    page.go_back()
    assert page.input_value("#on-date") == "2023-05-01"
    page.click("#on-form button[type=reset]")
    assert visible.count() == every
    assert site.wrong == []


def test_language_and_theme_are_kept(tiny: Path, watch: Open) -> None:
    site = watch(tiny, color_scheme="light")
    page = site.go("index.html")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.click("#language")
    page.click("#theme")
    assert page.text_content(".menu li:first-child").strip() == "检索"
    dark = page.evaluate(paper)
    assert dark != light
    page = site.go("explore.html")
    assert page.text_content("h1").strip() == "检索交往记录"
    assert page.get_attribute(".find input", "placeholder") == "搜索"
    assert page.text_content("#explore-count [data-t]") == "次交往"
    assert page.evaluate(paper) == dark
    page.click("#language")
    assert page.text_content("h1").strip() == "Explore the contacts"
    assert page.text_content("#explore-count [data-t]") == "contacts"
    assert page.get_attribute(".find input", "placeholder") == "Search"
    assert site.wrong == []


def test_tables_sort_and_filter(real: Path, watch: Open) -> None:
    page = watch(real).go("country/index.html")
    rows = page.locator("table.list tbody tr:visible")
    numbers = rows.locator("td:nth-child(3)")
    page.click("thead th:nth-child(3) button")
    shown = [int(one.replace(",", "")) for one in numbers.all_text_contents()]
    assert shown == sorted(shown, reverse=True) and len(shown) > 50
    page.fill(".filter input", "cote d'ivoire")
    assert rows.count() == 1
    page.fill(".filter input", "")
    assert rows.count() == len(shown)


def test_it_works_without_scripts(tiny: Path, real: Path, watch: Open) -> None:
    """Every contact can be reached by links alone, and every page shows what it is about."""
    site = watch(tiny, java_script_enabled=False)
    page = site.go("explore.html")
    assert page.locator("#explore").is_hidden()
    page.click(".noscript a")
    found = set()
    for year in page.locator("table.list a").all_text_contents():
        page.click(f"table.list a:text-is('{year}')")
        found |= {a.get_attribute("href") for a in page.locator(".what a").all()}
        page.go_back()
    contacts = {
        path.rpartition("/")[2] for path in pages_of(tiny) if path.startswith("contact/ct-")
    }
    assert {one.rpartition("/")[2] for one in found} == contacts - {"ct-0x0x0x.html",
                                                                   "ct-1merged.html"}  # fmt: skip
    for path in kinds_of(tiny):
        page = site.go(path)
        assert page.locator("h1").is_visible() and page.locator("footer").is_visible(), path
    assert site.wrong == []
    page = watch(real, java_script_enabled=False).go("index.html")
    assert page.locator("svg.map path").count() > 150
    assert page.locator("svg.chart rect").count() > 10


def test_a_fact_shows_its_source_within_one_click(tiny: Path, watch: Open) -> None:
    page = watch(tiny).go("contact/ct-4c4c4c.html")
    page.locator("dd .ref").first.click()
    shown = page.locator("li:target")
    assert shown.locator("a.out").get_attribute("href").startswith("https://www.idcpc.org.cn/")
    page = watch(tiny).go("country/ZAF.html")
    row = page.locator(".contacts tbody tr").filter(has_text="ambassador")
    assert row.locator(".src a").get_attribute("href").startswith("https://www.idcpc.org.cn/")


def test_the_keyboard_reaches_the_content(tiny: Path, watch: Open) -> None:
    page = watch(tiny).go("country/ZAF.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.focus("table.sortable thead button")
    page.keyboard.press("Enter")
    assert page.locator("th[aria-sort]").count() == 1
