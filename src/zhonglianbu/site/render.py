"""Templates, and what they may call: links, dates, codes, marks of sources."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from ..package import JSON
from . import text
from .facts import Contact, Facts, Row, Thing, unique

#: Rows of a table of contacts that a page shows at most; the lists by year show all.
MOST = 250
#: Marks of sources beside one fact; the list at the end of the page has all.
MARKS = 8


class Refs:
    """The sources of one page, numbered in the order in which they are first named."""

    def __init__(self, facts: Facts):
        self.facts = facts
        self.numbers: dict[str, int] = {}
        self.citations: dict[str, list[Row]] = {}

    def mark(self, subject: str, *fields: str, only: Iterable[str] | None = None) -> Markup:
        """Marks of what supports a row, or of it and the given fields; contradictions by «≠».

        ``only`` are ids of citations, where the subject has others for other values.
        """
        chosen = set(only) if only is not None else None
        marks: list[Markup] = []
        more = 0
        seen: set[tuple[str, str]] = set()
        for row in self.facts.citations.get(subject, []):
            if chosen is not None and row["citation_id"] not in chosen:
                continue
            if chosen is None and fields and row["field"] not in fields:
                continue
            key = (row["source_id"], row["stance"])
            number = self.numbers.setdefault(row["source_id"], len(self.numbers) + 1)
            said = self.citations.setdefault(row["source_id"], [])
            if row not in said:
                said.append(row)
            if key not in seen:
                seen.add(key)
                against = row["stance"] == "contradicts"
                if len(marks) >= MARKS and not against:
                    more += 1
                    continue
                marks.append(
                    Markup('<a class="ref{}" href="#s{}"{}>{}{}</a>').format(
                        " against" if against else "",
                        number,
                        Markup(' title="contradicts"') if against else "",
                        "≠\N{THIN SPACE}" if against else "",
                        number,
                    )
                )
        if more:
            marks.append(Markup('<a class="ref" href="#sources-title">+{}</a>').format(more))
        if not marks:
            return Markup("")
        return Markup('<sup class="refs">{}</sup>').format(Markup(" ").join(marks))

    @property
    def list(self) -> list[tuple[int, Row, list[Row]]]:
        """Each source of the page: its number, its row and the citations it is named for."""
        return [
            (number, self.facts.sources[id], self.citations[id])
            for id, number in self.numbers.items()
        ]


class Renderer:
    """Renders the templates of a folder over the facts."""

    def __init__(self, facts: Facts, words: text.Words, folder: Path, base_url: str, report: str):
        self.facts = facts
        self.words = words
        self.env = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

        @pass_context
        def link(context: Context, id: str | None, zh: bool = True) -> Markup:
            return self.link(context["root"], id, zh)

        @pass_context
        def rows(context: Context, contacts: Iterable[Contact]) -> Markup:
            return self.rows(context["root"], contacts)

        self.env.filters["number"] = lambda value: f"{value:,}"
        self.env.filters["host"] = lambda address: re.sub(r"^https?://(www\.)?|/.*$", "", address)
        self.env.filters["jsonld"] = json_for_script
        self.env.globals.update(
            t=words,
            zh=words.chinese,
            date=text.date,
            span=text.span,
            is_link=text.is_link,
            code=self.code,
            label=self.label,
            link=link,
            rows=rows,
            facts=facts,
            about=facts.about,
            base_url=base_url,
            report=report,
            most=MOST,
        )
        self.cached: dict[tuple[str, str], Markup] = {}

    def render(self, template: str, path: str, context: JSON) -> str:
        """A page's HTML; ``path`` is its address from the site's root."""
        root = "../" * path.count("/")
        refs = Refs(self.facts)
        return self.env.get_template(template).render(path=path, root=root, refs=refs, **context)

    def code(self, vocabulary: str, value: str | None) -> Markup:
        """A code's label, in both languages of the interface; a blank one is blank."""
        return self.words.code(self.label(vocabulary, value)) if value else Markup("")

    def label(self, vocabulary: str, value: str | None) -> str:
        codes = self.facts.vocabularies.get(vocabulary, {})
        return str(codes[value]["label"]) if value in codes else value or ""

    def link(self, root: str, id: str | None, zh: bool = True) -> Markup:
        """A link to the page of a thing, its Chinese name beside it."""
        thing = self.facts.things.get(id or "")
        if thing is None:
            return escape(id or "")
        return Markup('<a href="{}{}">{}{}</a>').format(
            root, thing.path, thing.name, chinese(thing) if zh else ""
        )

    def rows(self, root: str, contacts: Iterable[Contact]) -> Markup:
        """The rows of a table of contacts; each is rendered once for each depth."""
        row = self.env.get_template("contacts.html").module.row  # type: ignore[attr-defined]
        parts = []
        for contact in contacts:
            key = (root, contact.id)
            if key not in self.cached:
                self.cached[key] = row(contact, self.counterparts(root, contact), root,
                                       self.hosts(root, contact))  # fmt: skip
            parts.append(self.cached[key])
        return Markup("").join(parts)

    def counterparts(self, root: str, contact: Contact, most: int = 4) -> Markup:
        """Who was met: each foreign body or country once."""
        found = unique(one["organization_id"] or one["country_id"] for one in contact.foreign)
        links = [self.link(root, one) for one in found[:most]]
        if len(found) > most:
            links.append(Markup("and {} more").format(len(found) - most))
        return Markup("").join(Markup("<li>{}</li>").format(one) for one in links)

    def hosts(self, root: str, contact: Contact) -> Markup:
        """Who led on the Chinese side."""
        links = []
        for one in contact.chinese[:3]:
            thing = self.facts.things.get(one["person_id"] or one["organization_id"] or "")
            if one["person_name"] and not one["person_id"]:
                links.append(escape(one["person_name"]))
            elif thing:
                links.append(self.link(root, thing.id))
        return Markup("").join(Markup("<li>{}</li>").format(one) for one in unique(links))


def chinese(thing: Thing) -> Markup:
    """The Chinese name of a thing, marked as such; nothing where the name is that already."""
    if not thing.zh or thing.zh == thing.name:
        return Markup("")
    return Markup(' <span class="zh" lang="zh-Hans">{}</span>').format(thing.zh)


def json_for_script(value: Any) -> Markup:
    """JSON that may stand in a script element or file whatever the texts in it hold."""
    dumped = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        dumped = dumped.replace(char, f"\\u{ord(char):04x}")
    return Markup(dumped)


def markdown(
    source: str, resolve: Callable[[str], str | None]
) -> tuple[Markup, list[tuple[int, str, str]]]:
    """A document's HTML and its headings as (level, anchor, words).

    ``resolve`` turns the path of another document into an address, or None where there is nothing
    to lead to; the words stay. HTML in the text stays text.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(re.sub(r"<!--.*?-->\n?", "", source))
    headings: list[tuple[int, str, str]] = []
    tops = 0  # a page has one heading of the first level; from the second on, all go one down
    for number, token in enumerate(tokens):
        tops += token.type == "heading_open" and token.tag == "h1"
        if token.type in ("heading_open", "heading_close") and tops > 1:
            token.tag = f"h{int(token.tag[1]) + 1}"
        if token.type == "heading_open":
            words = tokens[number + 1].content.replace("`", "")
            anchor = re.sub(r"[^\w]+", "-", words.lower()).strip("-")
            while anchor in {one[1] for one in headings}:
                anchor += "-2"
            token.attrSet("id", anchor)
            headings.append((int(token.tag[1]), anchor, words))
        # the policy lets no style pass but the style sheet's
        if "text-align:right" in str(token.attrs.pop("style", "")):
            token.attrSet("class", "n")
        dropped = False
        for child in token.children or []:
            if child.type == "link_open":
                target, _, fragment = str(child.attrGet("href")).partition("#")
                new: str | None = target
                if target and "://" not in target and not target.startswith("mailto:"):
                    new = resolve(target)
                dropped = new is None
                child.attrs = {}
                if new is not None:
                    child.attrs["href"] = f"{new}#{fragment}" if fragment else new
            if dropped and child.type in ("link_open", "link_close"):
                child.tag = "span"
    html = parser.renderer.render(tokens, parser.options, {})
    opening = (
        f'<div class="wide" tabindex="0" role="region" aria-label="Table {number}"><table>'
        for number in count(1)
    )
    html = re.sub("<table>", lambda _: next(opening), html).replace("</table>", "</table></div>")
    html = html.replace("<pre>", '<pre tabindex="0">')  # the keyboard can scroll it
    return Markup(html), headings
