"""Every page of the site: a function for each type, a line each in :data:`TYPES`."""

from __future__ import annotations

import datetime
import posixpath
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markupsafe import Markup

from .. import summary as summaries
from ..gate import rules
from ..package import JSON
from ..release import schemaorg
from . import charts, text, worldmap
from .facts import FOLDERS, Contact, Facts, Row, unique
from .render import markdown

ASSETS = Path(__file__).resolve().parents[3] / "site"
#: Sources on one page of the list.
CHUNK = 500
#: From how many contacts on a country has each darker colour of the map.
LEVELS = (1, 3, 8, 16, 32)
#: Rows that stand in a list of the department's pages, by entity type: page, and what names them.
SHOWN = {"event": ("events", "title"), "claim": ("claims", "statement"),
         "total": ("totals", "stated_by")}  # fmt: skip


@dataclass(frozen=True)
class Page:
    """A page: its address from the site's root, the template and what it shows."""

    path: str
    template: str
    title: str
    summary: str
    context: JSON = field(default_factory=dict)
    jsonld: JSON | None = None


def counted(contacts: Iterable[Contact]) -> list[Contact]:
    return [one for one in contacts if one.counted]


def extent(facts: Facts, contacts: list[Contact], until: int | None = None) -> JSON:
    """What a page says of its contacts: how many, chart, first and last.

    ``until`` is the last year of the chart, by default that of the package.
    """
    sure = counted(contacts)
    counts = facts.counts_by_year(sure)
    span = min(facts.coverage, default=2000), max(facts.coverage, default=2000)
    if counts:  # years without anything before the first contact tell nothing
        span = (min(counts), max(until or span[1], *counts))
    words = (
        f"Contacts by year, {span[0]} to {span[1]}: {len(sure)} in all. "
        "The numbers stand in the table below."
    )
    return {
        "contacts": contacts,
        "counted": len(sure),
        "with_parties": sum(bool(one.parties) for one in sure),
        "counts": counts,
        "chart": charts.by_year(counts, facts.coverage, span, words) if counts else "",
        "first": next((one for one in sure if one.year), None),
        "last": next((one for one in reversed(sure) if one.year), None),
    }


def most(values: Iterable[str], number: int = 12, but: Iterable[str] = ()) -> list[tuple[str, int]]:
    """The most frequent, each with its number."""
    counts = Counter(values)
    for one in but:
        counts.pop(one, None)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:number]


def world(facts: Facts) -> Markup:
    """The map of counted contacts by country."""
    numbers = {code: len(counted(facts.contacts_of.get(code, []))) for code in facts.countries}
    shapes, rest = worldmap.shapes(
        ASSETS / "vendor" / "countries-50m.json",
        ASSETS / "points.csv",
        [{**row, "m49": row["m49"] or ""} for row in facts.countries.values()],
    )
    met = sum(map(bool, numbers.values()))
    return worldmap.svg(
        shapes,
        rest,
        lambda code: sum(numbers[code] >= level for level in LEVELS),
        lambda code: (
            f"{facts.countries[code]['name_en']} "
            f"{facts.countries[code]['name_zh'] or ''}: {numbers[code]}"
        ),
        f"Map of contacts by country: {met} countries and territories have at least one. "
        "The list of countries has each number.",
    )


def home(facts: Facts) -> Iterator[Page]:
    figures = summaries.figures(facts.package)
    sure = counted(facts.contacts.values())
    descriptor = facts.package.descriptor
    latest = [one for one in facts.contacts.values() if one.counted and _is_day(one)][-8:]
    terms = [
        (head, len(counted(facts.in_term[head["tenure_id"]]))) for head in reversed(facts.heads)
    ]
    yield Page(
        "index.html",
        "home.html",
        str(descriptor["title"]),
        "Open, versioned, sourced data on the International Department of the CPC Central "
        "Committee (中联部): who it is, what it did, and whom it met.",
        {
            "figures": figures,
            "map": world(facts),
            "levels": LEVELS,
            "latest": latest,
            "terms": terms,
            "countries": most(code for one in sure for code in one.countries),
            **extent(facts, list(facts.contacts.values())),
        },
        dataset(facts),
    )


def _is_day(contact: Contact) -> bool:
    return bool(contact.row["start_date_min"] == contact.row["start_date_max"])


def dataset(facts: Facts) -> JSON:
    """The package as a Dataset of schema.org."""
    return {"@context": "https://schema.org/", **schemaorg.dataset(facts.package.descriptor)}


def country(facts: Facts) -> Iterator[Page]:
    rows = []
    for code, row in facts.countries.items():
        contacts = facts.contacts_of.get(code, [])
        sure = counted(contacts)
        parties = most(party for one in sure for party in one.parties
                       if facts.organizations[party]["country_id"] == code)  # fmt: skip
        name = row["name_en"]
        yield Page(
            f"country/{code}.html",
            "country.html",
            name,
            f"{name} and the International Department of the CPC: {len(sure)} contacts on record, "
            "each with its source.",
            {
                "row": row,
                "met": parties,
                "people": most(
                    p["person_id"] for one in sure for p in one.foreign
                     if p["country_id"] == code and p["person_id"]
                ),
                "bodies": sorted(
                    (o for o in facts.organizations.values() if o["country_id"] == code),
                    key=lambda o: (o["kind"] != "party", o["name_en"]),
                ) if code != "CHN" else [],
                "officials": most(p for one in sure for p in one.officials),
                **extent(facts, contacts),
            },
            {
                "@context": "https://schema.org/",
                "@type": "Country",
                "name": name,
                "alternateName": row["name_zh"] or "",
                "identifier": code,
            },
        )  # fmt: skip
        rows.append((row, len(sure), len(parties), sure[-1] if sure else None))
    yield Page(
        "country/index.html",
        "countries.html",
        "Countries and territories",
        "Every country and territory of the data with its number of contacts.",
        {
            "entries": [one for one in rows if one[1]],
            "others": [one[0] for one in rows if not one[1]],
            "map": world(facts),
            "levels": LEVELS,
        },
    )


def organization(facts: Facts) -> Iterator[Page]:
    for id, row in facts.organizations.items():
        contacts = facts.contacts_of.get(id, [])
        name = row["name_en"]
        sure = counted(contacts)
        about = {
            "@context": "https://schema.org/",
            "@type": "PoliticalParty" if row["kind"] == "party" else "Organization",
            "name": name,
            "alternateName": unique((row["name_zh"], row["name_native"], row["abbreviation"])),
            "identifier": id,
        }
        if text.is_link(row["website"]):
            about["url"] = row["website"]
        yield Page(
            f"organization/{id}.html",
            "organization.html",
            name,
            f"{name}: what it is, and its {len(sure)} contacts on record with the International "
            "Department of the CPC.",
            {
                "row": row,
                "party": facts.parties.get(id),
                "people": most(
                    p["person_id"] for one in sure for p in one.participants
                    if p["organization_id"] == id and p["person_id"]
                ),
                "partners": most(
                    party for one in sure for party in one.parties if party != id
                ) if id in facts.units or id == "cpc" else [],
                **extent(facts, contacts),
            },
            about,
        )  # fmt: skip
    entries = [
        (row, facts.parties.get(id), len(counted(facts.contacts_of.get(id, []))))
        for id, row in facts.organizations.items()
    ]
    entries.sort(key=lambda one: (one[0]["country_id"] or "~", one[0]["name_en"]))
    yield Page(
        "organization/index.html",
        "organizations.html",
        "Parties and other bodies",
        "Every party, ministry, think tank and other body of the data.",
        {
            "parties": [one for one in entries if one[1]],
            "others": [one for one in entries if not one[1]],
        },
    )


def person(facts: Facts) -> Iterator[Page]:
    entries = []
    for id, row in facts.people.items():
        contacts = facts.contacts_of.get(id, [])
        sure = counted(contacts)
        name = facts.things[id].name
        mine = [p for one in contacts for p in one.participants if p["person_id"] == id]
        foreign = any(p["side"] == "foreign" for p in mine)
        about: JSON = {
            "@context": "https://schema.org/",
            "@type": "Person",
            "name": name,
            "alternateName": unique((row["name_zh"], row["name_native"], row["pinyin"])),
            "identifier": id,
        }
        if row["birth_date"] and row["birth_date"].replace("-", "").isdigit():
            about["birthDate"] = row["birth_date"]
        held = sorted(
            facts.held.get(id, []), key=lambda t: t["start_date"] or t["seen_first"] or "9"
        )
        roles = list(dict.fromkeys((p["role"], p["organization_id"]) for p in reversed(mine)
                                   if p["role"]))  # fmt: skip
        yield Page(
            f"person/{id}.html",
            "person.html",
            name,
            f"{name}: offices, and {len(sure)} contacts on record.",
            {
                "row": row,
                "held": held,
                "roles": roles[:8],
                "countries": [] if foreign else most(c for one in sure for c in one.countries),
                "others": most(
                    p["person_id"] for one in sure for p in one.participants
                    if p["person_id"] and (p["side"] == "foreign") != foreign
                ),
                **extent(facts, contacts),
            },
            about,
        )  # fmt: skip
        entries.append((row, roles[0] if roles else None, len(sure), held))
    entries.sort(key=lambda one: (one[0]["name_en"] or "~", one[0]["person_id"]))
    yield Page(
        "person/index.html",
        "people.html",
        "People",
        "Officials of the department and those whom they met, in public roles only.",
        {"entries": entries},
    )


def post(facts: Facts) -> Iterator[Page]:
    for id, row in facts.posts.items():
        held = sorted(
            facts.holders.get(id, []), key=lambda t: t["start_date"] or t["seen_first"] or "9"
        )
        yield Page(
            f"post/{id}.html",
            "post.html",
            row["title_en"],
            f"{row['title_en']}: who held the post, and when, each with its source.",
            {"row": row, "held": held},
        )
    yield Page(
        "post/index.html",
        "posts.html",
        "Posts",
        "The offices of the department and of what belongs to it.",
        {
            "entries": sorted(
                facts.posts.values(),
                key=lambda p: (p["organization_id"] != "ild", p["organization_id"], p["post_id"]),
            )
        },
    )


def series(facts: Facts) -> Iterator[Page]:
    for id, row in facts.series.items():
        contacts = facts.contacts_of.get(id, [])
        yield Page(
            f"series/{id}.html",
            "series.html",
            row["name_en"],
            f"{row['name_en']}: {len(contacts)} contacts on record.",
            {"row": row, **extent(facts, contacts)},
            {
                "@context": "https://schema.org/",
                "@type": "EventSeries",
                "name": row["name_en"],
                "alternateName": row["name_zh"] or "",
                "identifier": id,
            },
        )
    yield Page(
        "series/index.html",
        "serieslist.html",
        "Series",
        "Forums, dialogues and other mechanisms that recur.",
        {
            "entries": [
                (row, len(facts.contacts_of.get(id, []))) for id, row in facts.series.items()
            ]
        },
    )


def term(facts: Facts) -> Iterator[Page]:
    for number, row in enumerate(facts.heads):
        id = row["tenure_id"]
        tenure = facts.tenures[id]
        contacts = facts.in_term[id]
        sure = counted(contacts)
        when = text.span(tenure["start_date"], tenure["end_date"], "…")
        yield Page(
            f"term/{id}.html",
            "term.html",
            f"{row['name_en']}, head of the department, {when}",
            f"The International Department of the CPC under {row['name_en']}: "
            f"{len(sure)} contacts of the head on record.",
            {
                "row": row,
                "tenure": tenure,
                "before": facts.heads[number - 1] if number else None,
                "after": facts.heads[number + 1] if number + 1 < len(facts.heads) else None,
                "all": sum(
                    bool(one.counted and one.counted["head_id"] == row["person_id"])
                    for one in facts.contacts.values()
                ),
                "countries": most(c for one in sure for c in one.countries),
                "parties": most(p for one in sure for p in one.parties),
                **extent(facts, contacts, row["last_day_max"].year),
            },
        )


def contact(facts: Facts) -> Iterator[Page]:
    ordered = list(facts.contacts.values())
    for number, one in enumerate(ordered):
        row = one.row
        first, last = row["start_date_min"], row["start_date_max"]
        about: JSON = {
            "@context": "https://schema.org/",
            "@type": "Event",
            "name": row["title"],
            "identifier": one.id,
        }
        if first and first == last:
            about["startDate"] = first.isoformat()
        if row["place"]:
            about["location"] = {"@type": "Place", "name": row["place"]}
        yield Page(
            f"contact/{one.id}.html",
            "contact.html",
            row["title"],
            f"{row['title']}, {text.date(row['start_date'])}: who, where, when, and who says so.",
            {
                "one": one,
                "row": row,
                "term": _head_at(facts, first, last),
                "before": ordered[number - 1] if number else None,
                "after": ordered[number + 1] if number + 1 < len(ordered) else None,
            },
            about,
        )
    years: dict[str, list[Contact]] = {}
    for one in ordered:
        years.setdefault(str(one.year) if one.year else "undated", []).append(one)
    names = sorted(years)
    for number, name in enumerate(names):
        words = f"Contacts of {name}" if name != "undated" else "Contacts without a year"
        yield Page(
            f"contact/year-{name}.html",
            "year.html",
            words,
            f"All {len(years[name])} contacts on record, {name}, each with its source.",
            {
                "contacts": years[name],
                "before": names[number - 1] if number else None,
                "after": names[number + 1] if number + 1 < len(names) else None,
            },
        )
    yield Page(
        "contact/index.html",
        "years.html",
        "Contacts by year",
        "Lists of all contacts, a page for each year.",
        {
            "years": [(name, len(years[name]), len(counted(years[name]))) for name in names],
            **extent(facts, ordered),
        },
    )


def _head_at(facts: Facts, first: Any, last: Any) -> Row | None:
    found = [
        head for head in facts.heads
        if first and head["first_day_max"] <= first and last <= head["last_day_min"]
    ]  # fmt: skip
    return found[0] if len(found) == 1 else None


def source(facts: Facts) -> Iterator[Page]:
    for id, row in facts.sources.items():
        title = row["title"] or id
        cited = facts.cited_by.get(id, [])
        about: JSON = {
            "@context": "https://schema.org/",
            "@type": "Book" if row["kind"] == "book" else "CreativeWork",
            "name": title,
            "identifier": id,
        }
        if text.is_link(row["url"]):
            about["url"] = row["url"]
        subjects: dict[str, list[Row]] = {}
        for one in cited:
            subjects.setdefault(one["subject_id"], []).append(one)
        yield Page(
            f"source/{id}.html",
            "source.html",
            title,
            f"{title}: what rests on this source.",
            {
                "row": row,
                "subjects": subjects,
                "contacts": [facts.contacts[s] for s in subjects if s in facts.contacts],
                "place": lambda subject: place(facts, subject),
            },
            about,
        )
    ordered = sorted(
        facts.sources.values(), key=lambda row: (row["published"] or "", row["source_id"])
    )[::-1]
    pages = [ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK)]
    for number, rows in enumerate(pages, 1):
        yield Page(
            f"source/list-{number}.html",
            "sourcelist.html",
            f"Sources, page {number} of {len(pages)}",
            "All sources, the latest first, with what rests on each.",
            {"entries": rows, "number": number, "pages": len(pages)},
        )
    yield Page(
        "sources.html",
        "sources.html",
        "Sources",
        "What the data rest on: publishers, languages, kinds, and how much weight each bears.",
        {
            "pages": pages,
            "reliability": most((r["reliability"] or "" for r in ordered), 20),
            "kinds": most((r["kind"] or "" for r in ordered), 20),
            "languages": most((r["language"] or "" for r in ordered), 60),
            "publishers": most((r["publisher"] or "" for r in ordered), 60),
        },
    )


def place(facts: Facts, subject: str) -> tuple[str, str]:
    """Where a row is shown: (address from the root, what it is).

    Names and the like stand on the page of what they belong to.
    """
    thing = facts.things.get(subject)
    if thing:
        return thing.path, thing.name
    kind = facts.ids[subject]["entity_type"]
    row = facts.rows.get(subject)
    if row is None or kind == "gap":
        return ("coverage.html#" + subject if row else "changes.html"), subject
    if kind == "tenure":
        post, holder = facts.posts[row["post_id"]], facts.things[row["person_id"]]
        return f"post/{post['post_id']}.html#{subject}", f"{holder.name}, {post['title_en']}"
    if kind in SHOWN:
        name, column = SHOWN[kind]
        return f"department/{name}.html#{subject}", str(row[column] or subject)
    if kind == "relation":
        ends = (facts.things[row["from_id"]], facts.things[row["to_id"]])
        return f"{ends[0].path}#{subject}", f"{ends[0].name}, {row['kind']}, {ends[1].name}"
    address, owner = place(facts, row["subject_id"])
    return address, f"{row.get('name') or row.get('value') or subject} ({owner})"


def department(facts: Facts) -> Iterator[Page]:
    as_of = datetime.date.fromisoformat(facts.about["as_of"])
    posts = [
        (post, sorted(facts.holders.get(post["post_id"], []),
                      key=lambda t: t["start_date"] or t["seen_first"] or "9"))
        for post in facts.posts.values() if post["organization_id"] == "ild"
    ]  # fmt: skip
    order = list(facts.vocabularies["post_rank"])
    posts.sort(key=lambda one: (order.index(one[0]["rank"]) if one[0]["rank"] in order else 99,
                                one[0]["post_id"]))  # fmt: skip
    ranks = ("head", "executive-deputy", "deputy", "assistant", "secretary-general")
    dated = [t for post, held in posts if post["rank"] in ranks for t in held]
    first = min((one["start_date_min"].year for one in facts.tables["tenures"]
                 if one["start_date_min"]), default=1951)  # fmt: skip

    def bars(*which: str) -> list[charts.Bar]:
        found = []
        for post, held in posts:
            if post["rank"] in which:
                found += [_bar(facts, one, as_of) for one in held if _known(one)]
        return sorted(found, key=lambda bar: (bar.first, bar.label))

    heads, deputies = bars("head"), bars("executive-deputy", "deputy")
    profile = facts.department
    common = {"profile": profile, "posts": posts}
    sections: list[tuple[str, str, str, JSON]] = [
        ("index", "The department", "What the department is: names, type, seat, leadership.", {}),
        ("structure", "Structure", "Bureaus, offices, affiliates and what they answer to.",
         {"root_id": "ild"}),
        ("heads", "Heads and deputies", "Who led the department, and who held what on a date.",
         {"heads": charts.timeline(heads, first - first % 10, as_of.year,
                                   "Heads of the department over time, each a link"),
          "deputies": charts.timeline(deputies, first - first % 10, as_of.year,
                                      "Deputy heads over time, each a link"),
          "dated": [one for one in facts.tables["tenures"] if _known(one)],
          "undated": [one for one in dated if not _known(one)],
          "bounds": lambda one: _bounds(one, as_of)}),
        ("events", "History", "Dated events in the history of the department.",
         {"events": sorted(facts.tables["events"],
                           key=lambda r: (str(r["start_date_min"]), r["event_id"]))}),
        ("totals", "Stated totals", "How many parties and countries the department is said to "
         "have relations with.", {"totals": _totals(facts), "chart": _totals_chart(facts)}),
        ("claims", "What others say", "Claims about the department, claimant by claimant.",
         {"claimants": _claims(facts)}),
    ]  # fmt: skip
    for name, title, summary, context in sections:
        yield Page(
            f"department/{name}.html",
            f"department-{name}.html",
            title if name == "index" else f"{title} of the department" if name != "claims"
            else "What others say of the department",
            summary,
            {**common, "sections": [(one[0], one[1]) for one in sections], "here": name, **context},
            _organization_ld(facts) if name == "index" else None,
        )  # fmt: skip


def _organization_ld(facts: Facts) -> JSON:
    names = [str(one["value"]) for one in facts.department["names"]]
    return {
        "@context": "https://schema.org/",
        "@type": "Organization",
        "name": names[0],
        "alternateName": names[1:],
        "identifier": "ild",
    }


def _known(tenure: Row) -> bool:
    return bool(tenure["start_date"] or tenure["seen_first"])


def _bounds(tenure: Row, as_of: datetime.date) -> tuple[Any, Any, Any, Any]:
    """Days of a tenure: (first possible, first certain, last certain, last possible).

    Where nobody stated an end, it is certain only up to the day on which a page last shows it, and
    possible up to the date of the package, unless it is known to have ended.
    """
    first = tenure["start_date_min"] or tenure["seen_first_min"]
    sure_first = min(filter(None, (tenure["start_date_max"], tenure["seen_first_max"])))
    ongoing = tenure["end_status"] == "ongoing"
    sure_last = tenure["end_date_min"] or (as_of if ongoing else tenure["seen_last_min"])
    last = tenure["end_date_max"] or as_of
    return first, sure_first, sure_last or sure_first, last


def _bar(facts: Facts, tenure: Row, as_of: datetime.date) -> charts.Bar:
    first, sure_first, sure_last, last = _bounds(tenure, as_of)
    thing = facts.things[tenure["person_id"]]
    id = tenure["tenure_id"]
    href = facts.things[id].path if id in facts.things else thing.path
    stated = bool(tenure["end_date"]) or tenure["end_status"] == "ongoing"
    when = text.span(tenure["start_date"] or tenure["seen_first"], tenure["end_date"], "…")
    return charts.Bar(
        f"{thing.name} {thing.zh if thing.zh != thing.name else ''}".strip(),
        f"../{href}",
        f"{thing.name}: {when}",
        first,
        last if stated else max(sure_last, sure_first),
        sure_first,
        sure_last,
        not stated,
    )


def _totals(facts: Facts) -> list[Row]:
    return sorted(
        facts.tables["stated_totals"], key=lambda row: (str(row["as_of_min"]), row["total_id"])
    )


def _totals_chart(facts: Facts) -> Markup:
    series: dict[str, list[tuple[datetime.date, int, bool, str]]] = {}
    for row in _totals(facts):
        for unit in ("parties", "countries"):
            # a date wider than a year has no place on the axis; the table has the row
            day, last = row["as_of_min"], row["as_of_max"]
            if row[unit] is not None and day and day.year == last.year:
                measure = "regular" if row["measure"] == "regular" else "all"
                more = "more than " if row[f"{unit}_at_least"] else ""
                label = (
                    f"{text.date(row['as_of'])}: {more}{row[unit]} {unit}"
                    f"{' (regular contact)' if measure == 'regular' else ''}, {row['stated_by']}"
                )
                series.setdefault(f"{unit} {measure}", []).append(
                    (day, row[unit], bool(row[f"{unit}_at_least"]), label)
                )
    days = [point[0].year for points in series.values() for point in points]
    if not days:
        return Markup("")
    return charts.dots(
        series, min(days), max(days) + 1,
        "Stated numbers of parties and countries over time; the table below has each.",
    )  # fmt: skip


def _claims(facts: Facts) -> list[tuple[str, list[Row]]]:
    found: dict[str, list[Row]] = {}
    for row in sorted(facts.tables["claims"], key=lambda r: (str(r["made_min"]), r["claim_id"])):
        found.setdefault(row["claimant"], []).append(row)
    return sorted(found.items(), key=lambda item: item[0].casefold())


def tools(facts: Facts) -> Iterator[Page]:
    """Explore, compare and search: complete without scripts as far as they can be."""
    sure = counted(facts.contacts.values())
    yield Page(
        "explore.html",
        "explore.html",
        "Explore the contacts",
        "All contacts with filters; the rows can be sorted and downloaded.",
        {
            "latest": [one for one in facts.contacts.values() if _is_day(one)][-100:],
            "total": len(facts.contacts),
        },
    )
    heads = [(head, counted(facts.in_term[head["tenure_id"]])) for head in facts.heads]
    yield Page(
        "compare.html",
        "compare.html",
        "Compare",
        "Two or more countries, parties or heads side by side.",
        {
            "heads": [
                (head, len(met), sum(bool(one.parties) for one in met),
                 len(unique(c for one in met for c in one.countries)))
                for head, met in heads
            ],
            "countries": [
                (code, number, sum(bool(o.parties) for o in counted(facts.contacts_of[code])))
                for code, number in most((c for o in sure for c in o.countries), 40)
            ],
        },
    )  # fmt: skip
    yield Page("search.html", "search.html", "Search", "Search by name, in Chinese, pinyin or "
               "Latin letters, with accents or without.")  # fmt: skip


#: Documents that are shown otherwise than as they are: their page.
SHOWN_IN = {"docs/coverage.md": "coverage.html", "CHANGELOG.md": "changes.html"}


def documents(facts: Facts, download: str) -> Iterator[Page]:
    """Pages made of the release's documents, their links turned to pages and downloads."""
    root = facts.package.root
    found = [*sorted(root.glob("docs/*.md")), root / "CONTRIBUTING.md"]
    shown = {path.relative_to(root).as_posix(): f"{path.stem.lower()}.html" for path in found}
    shown |= SHOWN_IN

    def document(name: str) -> tuple[Markup, list[tuple[int, str, str]]]:
        def resolve(link: str) -> str | None:
            return _target(root, shown, download, posixpath.join(posixpath.dirname(name), link))

        path = root / name
        return markdown(path.read_text(encoding="utf-8") if path.is_file() else "", resolve)

    for name, path in shown.items():
        if name not in SHOWN_IN and (root / name).is_file():
            html, headings = document(name)
            title = headings[0][2] if headings else path
            yield Page(path, "document.html", title, f"{title}: documentation of the data.",
                       {"html": html, "headings": headings})  # fmt: skip
    html, headings = document("docs/coverage.md")
    yield Page(
        "coverage.html",
        "coverage.html",
        "Coverage and gaps",
        "What was searched, what is known to be missing, and where no trend may be drawn.",
        {
            "html": html,
            "headings": headings,
            "gaps": sorted(facts.tables["gaps"], key=lambda g: (g["scope"], g["gap_id"])),
        },
    )
    html, headings = document("CHANGELOG.md")
    yield Page(
        "changes.html",
        "changes.html",
        "Changes",
        "What changed from version to version, and ids that fell out of use.",
        {"html": html, "headings": headings, "download": download},
    )
    yield Page(
        "rules.html",
        "rules.html",
        "Rules",
        "What the data must fulfil, each rule with its reason and its query.",
        {"rules": rules.read_all(facts.package.root / "rules")},
    )
    yield Page(
        "cite.html",
        "cite.html",
        "Cite",
        "How to cite the data.",
        {
            "cff": (facts.package.root / "CITATION.cff").read_text(encoding="utf-8")
            if (facts.package.root / "CITATION.cff").is_file()
            else ""
        },
        dataset(facts),
    )


def _target(root: Path, shown: dict[str, str], download: str, path: str) -> str | None:
    """Where a document's link to another file leads: a page, a file of the release, or nowhere."""
    path = posixpath.normpath(path)
    if path in shown:
        return shown[path]
    if path.startswith("..") or not (root / path).exists():
        return None
    return f"{download}/{path}" if (root / path).is_file() else "downloads.html"


def downloads(facts: Facts, download: str, files: list[tuple[str, int, str]]) -> Iterator[Page]:
    """The files of the release, by folder, with size and SHA-256."""
    folders: dict[str, list[tuple[str, int, str]]] = {}
    for path, size, sha in files:
        folders.setdefault(path.rpartition("/")[0], []).append((path, size, sha))
    yield Page(
        "downloads.html",
        "downloads.html",
        "Downloads",
        "The data in every format, with sizes and checksums.",
        {"download": download, "folders": folders},
        dataset(facts),
    )


def retired(facts: Facts) -> Iterator[Page]:
    """A page at the address of each id out of use: it leads on, or says why there is nothing."""
    for row in facts.retired:
        folder = FOLDERS.get(row["entity_type"])
        if folder is None:
            continue
        successor = facts.successor(row["id"]) if row["status"] == "merged" else None
        target = place(facts, successor) if successor else None
        yield Page(
            f"{folder}/{row['id']}.html",
            "retired.html",
            row["id"],
            f"The id {row['id']} is out of use.",
            {"row": row, "target": target},
        )


Maker = Callable[[Facts], Iterator[Page]]
#: Every type of page, in the order in which they are built.
TYPES: tuple[Maker, ...] = (
    home, country, organization, person, post, series, term, contact, source, department, tools,
    retired,
)  # fmt: skip
