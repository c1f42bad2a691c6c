"""Lists are read politely and become drafts; what goes wrong is one line, and nothing is lost."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest

import add
import fetch
from conftest import Small
from test_ids import files
from zhonglianbu import gate

Answer = Callable[[BaseHTTPRequestHandler], None]
#: One item is cited in the small package, under another section's address.
CITED = "149228"
LIST = """<!DOCTYPE html><html><head><meta charset="{charset}"><title>部长活动</title></head><body>
<ul>
<li><a href="./202307/t20230720_158002.html"
 title="刘建超会见南非非国大第一副总书记姆巴卡">刘建超会见…</a>
<span>2023-07-20</span></li>
<li><a href="/lldt/202307/t20230719_158001.html">Liu Jianchao Meets with Ambassador</a></li>
<li><a href="202207/t20220701_149228.html">刘建超分别会见柬埔寨、南非、俄罗斯驻华大使</a></li>
<li><a href="http://www.gov.cn/202307/t20230721_999.html">an item of another site</a></li>
<li><a href="t20230230_158003.html">no such day</a><a href="http://[bad">no address</a></li>
<li><a href="index_1.html">下一页</a> <a name="top">no link</a></li>
</ul></body></html>"""


def body(
    content: bytes, kind: str = "text/html; charset=utf-8", status: int = 200, **headers: str
) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def html(text: str) -> Answer:
    return body(text.encode("utf-8"))


def redirect(target: str) -> Answer:
    return body(b"", status=302, Location=target)


def stalled(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(4)


def truncated(handler: BaseHTTPRequestHandler) -> None:
    """Half a list, and the connection is cut."""
    content = LIST.format(charset="utf-8").encode("utf-8")
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content[: len(content) // 2])


class Site:
    """A server on loopback: what it answers at each path, and what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {"/bzhd/wshd/": html(LIST.format(charset="utf-8"))}
        self.asked: list[tuple[str, float, str]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                agent = self.headers["User-Agent"]
                site.asked.append((self.path, time.monotonic(), agent))
                answer = site.answers.get(self.path, body(b"not found", status=404))
                answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def paths(self) -> list[str]:
        return [path for path, _, _ in self.asked]


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("NO_PROXY", "*")
    site = Site()
    yield site
    site.server.shutdown()
    site.server.server_close()


class Run:
    """The command against the site, as a user runs it but without the pauses."""

    def __init__(self, site: Site, small: Small, capsys: pytest.CaptureFixture[str]):
        self.site, self.small, self.capsys = site, small, capsys
        self.output = small.root.parent / "drafts"
        self.before = files(small.root)

    def __call__(self, *arguments: str, status: int = 0, path: str = "/bzhd/wshd/") -> list[str]:
        quick = ("--delay", "0", "--retries", "0", "--timeout", "2")
        folders = ("--package", self.small.root, "--output", self.output)
        cache = ("--cache", self.small.root.parent / "pages")
        given = [*map(str, (*folders, *cache)), *quick, *arguments, f"{self.site.url}{path}"]
        assert fetch.main(given) == status
        assert files(self.small.root) == self.before  # never a row
        told = self.capsys.readouterr()
        return (told.err if status else told.out).splitlines()

    @property
    def drafts(self) -> dict[str, dict]:  # type: ignore[type-arg]
        return {
            path.name: json.loads(path.read_text(encoding="utf-8"))
            for path in self.output.iterdir()
        }


@pytest.fixture
def run(site: Site, small: Small, capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(site, small, capsys)


def test_items_become_drafts(run: Run, site: Site) -> None:
    (line,) = run()
    assert line == (
        f"{site.url}/bzhd/wshd/: 3 items, 1 cited already, 0 drafted before, 2 drafts written"
    )
    drafts = run.drafts
    assert sorted(drafts) == ["t20230719_158001.json", "t20230720_158002.json"]
    (source,) = drafts["t20230720_158002.json"]["sources"]
    assert source["url"] == f"{site.url}/bzhd/wshd/202307/t20230720_158002.html"
    assert source["title"] == "刘建超会见南非非国大第一副总书记姆巴卡"  # not the one cut short
    assert (source["published"], source["language"]) == ("2023-07-20", "zh-Hans")
    assert drafts["t20230719_158001.json"]["sources"][0]["language"] == "en"
    hints = drafts["t20230720_158002.json"]["hints"]
    assert hints["people"] == ["liu-jianchao (Liu Jianchao)"]
    assert hints["organizations"] == ["zaf-african-national-congress (African National Congress)"]


def test_a_draft_goes_in_only_once_a_person_has_filled_it_in(
    run: Run, small: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    run()
    path = run.output / "t20230719_158001.json"
    arguments = ["--package", str(small.root), "contact", "--draft", str(path)]
    assert add.main(arguments) == 1
    assert "contact lacks kind, title" in capsys.readouterr().err
    draft = json.loads(path.read_text(encoding="utf-8"))
    draft["contact"].update(kind="meeting", title="Meeting with the ambassador of South Africa")
    draft["participants"][1]["organization_id"] = "zaf-embassy-in-china"
    # the server on loopback stands for the department's
    draft["sources"][0]["url"] = "https://www.idcpc.org.cn/lldt/202307/t20230719_158001.html"
    path.write_text(json.dumps(draft), encoding="utf-8")
    assert add.main(arguments) == 0, capsys.readouterr()
    assert gate.run(small.root) == []
    # the page is known from then on
    capsys.readouterr()
    run.before = files(small.root)
    path.unlink()
    assert "2 cited already, 1 drafted before" in run()[0]


def test_a_second_run_leaves_drafts_alone_and_asks_nothing(run: Run, site: Site) -> None:
    run()
    path = run.output / "t20230719_158001.json"
    path.write_text("{}", encoding="utf-8")  # a person is at work on it
    asked = len(site.asked)
    assert "2 drafted before, 0 drafts written" in run()[0]
    assert path.read_text(encoding="utf-8") == "{}"
    assert len(site.asked) == asked


def test_further_pages_are_read_until_there_are_none(run: Run, site: Site) -> None:
    site.answers["/bzhd/wshd/index_1.html"] = html('<a href="t20230101_150000.html">x</a>')
    assert len(run("--pages", "5")) == 2
    assert site.paths == [
        "/robots.txt", "/bzhd/wshd/", "/bzhd/wshd/index_1.html", "/bzhd/wshd/index_2.html"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (LIST.format(charset="gb2312").encode("gb18030"), "text/html"),
        (LIST.format(charset="gb2312").replace("姆巴卡", "姆巴𠮷").encode("gb18030"), "text/html"),
        (LIST.format(charset="utf-8").encode("gb18030"), "text/html; charset=GBK"),
        (LIST.format(charset="").encode("gb18030"), "text/html"),
        (LIST.format(charset="").encode("utf-8"), "text/html"),
        (LIST.format(charset="utf-8").encode("utf-8-sig"), "text/html; charset=utf-8"),
        (LIST.format(charset="utf-8").encode("utf-16"), "text/html"),
    ],
)
def test_encodings(content: bytes, kind: str, run: Run, site: Site) -> None:
    site.answers["/bzhd/wshd/"] = body(content, kind)
    run()
    title = run.drafts["t20230720_158002.json"]["sources"][0]["title"]
    assert title in (
        "刘建超会见南非非国大第一副总书记姆巴卡",
        "刘建超会见南非非国大第一副总书记姆巴𠮷",
    )


@pytest.mark.parametrize(
    "markup",
    [
        "<a href='t20230719_158001.html'>title<div>unclosed <b>everything",
        '<ul><li><A HREF=t20230719_158001.html>title</a><li></ul></table></a>"<a href="',
        "<base href='/'><a href=' bzhd/wshd/t20230719_158001.html#top '>title</a>",
        "<a href='t20230719_158001.html?from=list'>t</a><a href='t20230719_158001.html'>title</a>",
    ],
)
def test_bad_markup(markup: str, run: Run, site: Site) -> None:
    site.answers["/bzhd/wshd/"] = html(markup)
    run()
    (draft,) = run.drafts.values()
    assert draft["sources"][0]["title"].startswith("title")
    assert draft["sources"][0]["url"].startswith(f"{site.url}/bzhd/wshd/t20230719_158001.html")


def test_a_redirect_within_the_site_is_followed(run: Run, site: Site) -> None:
    site.answers["/old/"] = redirect("/bzhd/wshd/")
    assert "2 drafts written" in run(path="/old/")[0]


REFUSALS: dict[str, tuple[dict[str, Answer], str]] = {
    "another site": (
        {"/bzhd/wshd/": redirect("http://localhost:9/")},
        "/bzhd/wshd/: leads to http://localhost:9/, another site, which was not asked for",
    ),
    "circle": ({"/bzhd/wshd/": redirect("/bzhd/wshd/")}, "leads in circles"),
    "time-out": ({"/bzhd/wshd/": stalled}, "/bzhd/wshd/: no answer within 2 s; run again"),
    "truncated": ({"/bzhd/wshd/": truncated}, "the page broke off on the way; run again to go on"),
    "gone": ({"/bzhd/wshd/": body(b"", status=404)}, "there is no such page; has the list moved?"),
    "forbidden": ({"/bzhd/wshd/": body(b"", status=403)}, "the site answers 403 Forbidden"),
    "overloaded": ({"/bzhd/wshd/": body(b"", status=503)}, "the site is overloaded; run again"),
    "no page": ({"/bzhd/wshd/": body(b"%PDF", "application/pdf")}, "is application/pdf, no list"),
    "no item left": (
        {"/bzhd/wshd/": html('<a href="/news/1.html">x</a><a href="t2023_1.html">y</a>')},
        "no item is left: none of its 2 links ends in /tYYYYMMDD_N.html; has the list moved",
    ),
    "empty": ({"/bzhd/wshd/": html("")}, "no item is left: none of its 0 links"),
    "robots": (
        {"/robots.txt": body(b"User-agent: *\nDisallow: /bzhd/*/\n", "text/plain")},
        "/bzhd/wshd/: robots.txt forbids it",
    ),
    "robots not to be read": (
        {"/robots.txt": body(b"", status=500)},
        "/robots.txt: the site answers 500, so nothing of it is read",
    ),
    "robots stalled": ({"/robots.txt": stalled}, "/robots.txt: no answer within 2 s"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_whatever_the_site_does_is_one_line(name: str, run: Run, site: Site) -> None:
    answers, message = REFUSALS[name]
    good = site.answers["/bzhd/wshd/"]
    site.answers |= answers
    (line,) = run(status=1)
    assert line.startswith("fetch: http://127.0.0.1:")
    assert message in line
    assert run.drafts == {}
    # and the next run goes on as if nothing had been, where the fault was one of the moment
    if name in ("time-out", "truncated", "overloaded", "robots stalled", "robots not to be read"):
        site.answers = {"/bzhd/wshd/": good}
        assert "2 drafts written" in run()[0]


def test_a_list_that_fails_does_not_stop_the_others(run: Run, site: Site) -> None:
    site.answers["/lldt/"] = truncated
    (line,) = run(f"{site.url}/lldt/", status=1)
    assert "/lldt/: the page broke off" in line
    assert len(run.drafts) == 2


def test_nobody_answers(run: Run, site: Site) -> None:
    site.server.shutdown()
    site.server.server_close()
    (line,) = run(status=1)
    assert line.endswith("/robots.txt: the site cannot be reached; run again to go on")


def test_robots_allows_pauses_and_is_told_who_asks(run: Run, site: Site) -> None:
    site.answers["/robots.txt"] = body(
        b"User-agent: *\nDisallow: /secret/\nCrawl-delay: 0.3\n", "text/plain"
    )
    run("--contact", "me@example.org")
    (_, first, _), (_, second, agent) = site.asked
    assert second - first >= 0.3
    assert agent.startswith("zhonglianbu/")
    assert "me@example.org" in agent


def test_pause_between_pages(run: Run, site: Site) -> None:
    site.answers["/bzhd/wshd/index_1.html"] = html('<a href="t20230101_150000.html">x</a>')
    run("--pages", "2", "--delay", "0.2")
    times = [moment for _, moment, _ in site.asked]
    assert all(after - before >= 0.2 for before, after in pairwise(times))


def test_failed_requests_are_made_again(run: Run, site: Site) -> None:
    good, calls = site.answers["/bzhd/wshd/"], []

    def first_fails(handler: BaseHTTPRequestHandler) -> None:
        calls.append(handler.path)
        (body(b"", status=503) if len(calls) == 1 else good)(handler)

    site.answers["/bzhd/wshd/"] = first_fails
    assert "2 drafts written" in run("--retries", "1")[0]
    assert len(calls) == 2


def test_a_stale_page_is_asked_for_only_if_it_changed(
    run: Run, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhonglianbu.lists.FRESH", 0.05)
    content = LIST.format(charset="utf-8").encode("utf-8")
    sent: list[int] = []

    def tagged(handler: BaseHTTPRequestHandler) -> None:
        status = 304 if handler.headers["If-None-Match"] == '"1"' else 200
        sent.append(status)
        body(b"" if status == 304 else content, status=status, ETag='"1"')(handler)

    site.answers["/bzhd/wshd/"] = tagged
    run()
    time.sleep(0.1)
    assert "2 drafted before" in run()[0]
    assert sent == [200, 304]


def test_drafts_cannot_be_written(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run.output.write_text("a file", encoding="utf-8")
    (line,) = run(status=2)
    assert line.startswith("fetch: ") and "drafts" in line


def test_default_lists_are_those_whose_items_are_cited() -> None:
    """Each list is the folder of items that the data cites, so that its address was right once."""
    from zhonglianbu import lists
    from zhonglianbu.package import Package

    urls = [row["url"] for row in Package(Path(fetch.ROOT))["sources"].rows()]
    for one in lists.LISTS:
        path = one.partition("idcpc.org.cn")[2]
        assert any(path in url and lists.item(url) for url in urls), one
    assert lists.known_numbers(Package(Path(fetch.ROOT)))
