"""The department's list pages: read politely, and known by the addresses of their items alone.

A list's layout changes; that an item's address ends in ``/tYYYYMMDD_N.html`` has not since 2009.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests
import requests_cache
from protego import Protego
from requests.adapters import HTTPAdapter
from selectolax.lexbor import LexborHTMLParser
from urllib3.exceptions import ReadTimeoutError
from urllib3.util import Retry
from w3lib.encoding import html_to_unicode
from w3lib.html import get_base_url

from . import lookup
from .package import JSON, Package
from .pages import OWN_HOSTS, item

#: The lists of news and of the head's activities, in Chinese and English.
LISTS = (
    "https://www.idcpc.org.cn/bzhd/wshd/",
    "https://www.idcpc.org.cn/lldt/",
    "https://www.idcpc.org.cn/english2023/bzhd/",
    "https://www.idcpc.org.cn/english2023/lldt/",
)
PUBLISHER = "International Department of the CPC Central Committee"
#: A page read within this time is not asked for again.
FRESH = timedelta(hours=1)
_REDIRECTS = 5
#: Tables whose things may be named in a headline, and how many of each are proposed.
_NAMED = ("countries", "organizations", "people")
_PROPOSALS = 5
#: Named in nearly every headline, which says nothing.
_OURSELVES = frozenset({"CHN", "cpc", "ild"})
_HAN = re.compile("[\u3400-\u9fff]")


class Unreadable(Exception):
    """A page that cannot or must not be read; the message is one line for the user."""


@dataclass(frozen=True)
class Page:
    """A page as it was read: its address after redirects, its text, its encoding."""

    url: str
    text: str
    encoding: str


@dataclass(frozen=True)
class Item:
    """An item of a list.

    Attributes:
        url: its address.
        day: the day in the address, ``2025-07-30``, which is that of publication.
        number: its number, the same under each address of the page.
        title: its headline, the longest that a link shows.
    """

    url: str
    day: str
    number: str
    title: str


class Reader:
    """Reads pages one after the other as robots.txt allows, with a pause between, and keeps them.

    Args:
        folder: where pages are kept; a later run goes on from them.
        agent: how the reader calls itself.
        delay: seconds between two requests; robots.txt may ask for more.
        timeout: seconds without an answer after which a page is given up.
        retries: how often a request that failed on the way is made again.
    """

    def __init__(
        self, folder: Path, agent: str, delay: float = 5, timeout: float = 30, retries: int = 2
    ):
        self.agent = agent
        self.delay = delay
        self.timeout = timeout
        self.session = requests_cache.CachedSession(
            str(folder),
            backend="filesystem",
            serializer="json",
            expire_after=FRESH,
            allowable_codes=(200, 301, 302, 404),
        )
        self.session.headers["User-Agent"] = agent
        again = Retry(retries, backoff_factor=delay, status_forcelist=(429, 502, 503, 504))
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, HTTPAdapter(max_retries=again))
        self._robots: dict[str, Protego] = {}
        self._last = 0.0

    def read(self, url: str) -> Page:
        """The page at an address.

        Raises:
            Unreadable: it cannot be read, robots.txt forbids it, or it leads to another site.
            FileNotFoundError: the site says that there is no such page.
        """
        first = url
        for _ in range(_REDIRECTS):
            self._ask_robots(url)
            answer = self._get(url)
            target = answer.headers.get("Location", "")
            if not (answer.is_redirect and target):
                break
            url = urljoin(url, target)
            if _site(url) != _site(first):
                raise Unreadable(f"{first}: leads to {url}, another site, which was not asked for")
        else:
            raise Unreadable(f"{first}: leads in circles, more than {_REDIRECTS} redirects")
        if answer.status_code in (404, 410):
            raise FileNotFoundError(first)
        if answer.status_code != 200:
            raise Unreadable(f"{first}: the site answers {answer.status_code} {answer.reason}")
        kind = answer.headers.get("Content-Type", "")
        if kind and "html" not in kind.lower():
            raise Unreadable(f"{first}: is {kind}, no list in HTML")
        encoding, text = html_to_unicode(kind, answer.content, auto_detect_fun=_guess)
        return Page(url, text, encoding)

    def _get(self, url: str) -> requests.Response:
        known = self.session.cache.contains(url=url)
        wait = self._last + self.delay - time.monotonic()
        if wait > 0 and not known:
            time.sleep(wait)
        try:
            answer = self.session.get(url, timeout=self.timeout, allow_redirects=False)
        except (requests.RequestException, ValueError) as error:
            raise Unreadable(f"{url}: {self._why(error)}") from None
        if not getattr(answer, "from_cache", False):
            self._last = time.monotonic()
        return answer

    def _why(self, error: Exception) -> str:
        """What went wrong on the way, and what to do."""
        # where requests are made again, the last reason is wrapped
        reason = getattr(error.args[0], "reason", None) if error.args else None
        if isinstance(error, requests.Timeout) or isinstance(reason, ReadTimeoutError):
            return f"no answer within {self.timeout:g} s; run again to go on"
        if isinstance(error, requests.exceptions.ChunkedEncodingError):
            return "the page broke off on the way; run again to go on"
        if isinstance(error, requests.exceptions.RetryError):
            return "the site is overloaded; run again later to go on"
        if isinstance(error, requests.ConnectionError):
            return "the site cannot be reached; run again to go on"
        return str(error).splitlines()[0]

    def _ask_robots(self, url: str) -> None:
        """Refuse what robots.txt forbids; where it cannot be read, all (RFC 9309)."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._robots:
            answer = self._get(f"{origin}/robots.txt")
            if answer.status_code >= 500:
                raise Unreadable(
                    f"{origin}/robots.txt: the site answers {answer.status_code}, so nothing of it "
                    "is read"
                )
            rules = answer.content.decode("utf-8", "replace") if answer.ok else ""
            self._robots[origin] = Protego.parse(rules)
        robots = self._robots[origin]
        if not robots.can_fetch(url, self.agent):
            raise Unreadable(f"{url}: robots.txt forbids it")
        self.delay = max(self.delay, robots.crawl_delay(self.agent) or 0)


def pages(reader: Reader, url: str, most: int) -> Iterator[Page]:
    """The pages of a list, newest first: the address itself, then ``index_1.html`` and so on.

    Raises:
        Unreadable: a page cannot be read, or the first one is not there.
    """
    for number in range(most):
        try:
            page = reader.read(url if number == 0 else urljoin(url, f"index_{number}.html"))
        except FileNotFoundError:
            if number == 0:
                raise Unreadable(f"{url}: there is no such page; has the list moved?") from None
            return  # the list has no more pages
        yield page


def items(page: Page) -> list[Item]:
    """The items that a page links to, in its order, each once.

    Raises:
        Unreadable: it links to none.
    """
    base = get_base_url(page.text, page.url, page.encoding)
    found: dict[str, Item] = {}
    links = LexborHTMLParser(page.text).css("a[href]")
    for link in links:
        try:
            url = urljoin(base, (link.attributes.get("href") or "").strip())
            told = item(url)
        except ValueError:  # no address at all
            continue
        if told is None or _site(url) != _site(page.url):
            continue
        day, number = told
        titles = (link.text(), link.attributes.get("title") or "", _title_of(found, number))
        title = max((" ".join(one.split()) for one in titles), key=len)
        found[number] = Item(url, day, number, title)
    if not found:
        raise Unreadable(
            f"{page.url}: no item is left: none of its {len(links)} links ends in "
            "/tYYYYMMDD_N.html; has the list moved, or its address pattern changed?"
        )
    return list(found.values())


def _title_of(found: dict[str, Item], number: str) -> str:
    return found[number].title if number in found else ""


def known_numbers(package: Package) -> set[str]:
    """The numbers of the department's items that are sources already."""
    told = [
        item(row["url"])
        for row in package["sources"].rows()
        if (urlsplit(row["url"]).hostname or "").removeprefix("www.") in OWN_HOSTS
    ]
    return {one[1] for one in told if one}


def names(package: Package) -> list[tuple[str, str, str, str]]:
    """What a headline may name, longest first, as (table, id, label, folded name)."""
    found = {
        (table, id, label, lookup.fold(name))
        for table, id, label, name in lookup.names(package)
        if table in _NAMED and id not in _OURSELVES
    }
    return sorted(found, key=lambda one: (-len(one[3]), one))


def draft(one: Item, known: list[tuple[str, str, str, str]]) -> JSON:
    """A draft for ``scripts/add.py contact``; what only a reader of the page can say is blank."""
    return {
        "contact": {
            "start_date": one.day,
            "date_basis": "published",
            "kind": "",
            "title": "",
        },
        "participants": [
            {"side": "cpc", "person_name": "", "role": "", "organization_id": "ild"},
            {"side": "foreign", "person_name": "", "role": "", "organization_id": ""},
        ],
        "sources": [
            {
                "url": one.url,
                "kind": "news-article",
                "title": one.title,
                "publisher": PUBLISHER,
                "published": one.day,
                "language": "zh-Hans" if _HAN.search(one.title) else "en",
                "reliability": "official",
                "locator": "headline and list date",
            }
        ],
        "hints": {"to do": "Read the page, fill in and mend.", **_hints(one.title, known)},
    }


def _hints(title: str, known: list[tuple[str, str, str, str]]) -> dict[str, list[str]]:
    """Ids whose names the headline holds: Chinese anywhere, others as whole words."""
    text = f" {lookup.fold(title)} "
    found: dict[str, list[str]] = {table: [] for table in _NAMED}
    for table, id, label, name in known:
        held = len(name) > 1 and name in text if _HAN.search(name) else f" {name} " in text
        told = f"{id} ({label})"
        # a code such as «be» or «us» is a word of every headline
        if held and (len(name) > 3 or _HAN.search(name)) and told not in found[table]:
            found[table].append(told)
    return {table: several[:_PROPOSALS] for table, several in found.items() if several}


def _site(url: str) -> tuple[str, int | None]:
    """Host and port without ``www.``; the department's two hosts are one site."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    return (OWN_HOSTS[0] if host in OWN_HOSTS else host), parts.port


def _guess(body: bytes) -> str:
    """The encoding of a page that declares none: UTF-8, or else that of old Chinese pages."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"
