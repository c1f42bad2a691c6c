"""What the pages tell: the release's rows, joined and counted as its own views count them."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..package import JSON, read_json
from ..release import Release

#: Folder of the pages of each kind of thing that has one, by its entity type.
FOLDERS = {
    "country": "country",
    "organization": "organization",
    "person": "person",
    "post": "post",
    "series": "series",
    "contact": "contact",
    "source": "source",
    "tenure": "term",
}
Row = dict[str, Any]


@dataclass(frozen=True)
class Thing:
    """Something with a page of its own: its id, folder, name and Chinese name."""

    id: str
    folder: str
    name: str
    zh: str

    @property
    def path(self) -> str:
        """Address of its page, from the site's root."""
        return f"{self.folder}/{self.id}.html"


@dataclass
class Contact:
    """A contact with what belongs to it.

    ``counted`` is its row of the view ``counted_contacts``, or None if it is not counted.
    ``parties`` are the foreign parties that took part, themselves or through a body of theirs.
    """

    row: Row
    counted: Row | None
    participants: list[Row]
    sources: list[Row]
    parties: list[str] = field(default_factory=list)
    number: int = 0

    @property
    def id(self) -> str:
        return str(self.row["contact_id"])

    @cached_property
    def foreign(self) -> list[Row]:
        return [one for one in self.participants if one["side"] == "foreign"]

    @cached_property
    def chinese(self) -> list[Row]:
        return [one for one in self.participants if one["side"] == "cpc"]

    @cached_property
    def countries(self) -> list[str]:
        return unique(one["country_id"] for one in self.foreign)

    @cached_property
    def organizations(self) -> list[str]:
        """Foreign bodies that took part, as the contact names them."""
        return unique(one["organization_id"] for one in self.foreign)

    @cached_property
    def officials(self) -> list[str]:
        return unique(one["person_id"] for one in self.chinese)

    @property
    def year(self) -> int | None:
        """The year it is counted in, if it is, or the year that its date can only mean."""
        first, last = self.row["start_date_min"], self.row["start_date_max"]
        return first.year if first and first.year == last.year else None


def unique(values: Iterable[str | None]) -> list[str]:
    """The values that are there, each once, in their order."""
    return list(dict.fromkeys(value for value in values if value))


class Facts:
    """The tables of a release, by their keys and by what they point at."""

    def __init__(self, release: Release):
        self.release = release
        self.package = release.package
        self.about = release.about
        tables = {one.name: self._read(one.name) for one in release.tables}
        self.tables = tables
        self.countries = _keyed(tables["countries"], "country_id")
        self.organizations = _keyed(tables["organizations"], "organization_id")
        self.parties = _keyed(tables["parties"], "organization_id")
        self.people = _keyed(tables["people"], "person_id")
        self.posts = _keyed(tables["posts"], "post_id")
        self.tenures = _keyed(tables["tenures"], "tenure_id")
        self.series = _keyed(tables["series"], "series_id")
        self.sources = _keyed(tables["sources"], "source_id")
        self.names = _grouped(tables["names"], "subject_id")
        self.identifiers = _grouped(tables["identifiers"], "subject_id")
        self.citations = _grouped(tables["citations"], "subject_id")
        self.cited_by = _grouped(tables["citations"], "source_id")
        self.held = _grouped(tables["tenures"], "person_id")
        self.holders = _grouped(tables["tenures"], "post_id")
        self.posts_of = _grouped(tables["posts"], "organization_id")
        self.children = _grouped(tables["organizations"], "parent_id")
        self.relations_of: dict[str, list[Row]] = defaultdict(list)
        for row in tables["relations"]:
            for end in unique((row["from_id"], row["to_id"])):
                self.relations_of[end].append(row)
        self.coverage = {row["year"]: row["coverage"] for row in self._read("covered_years")}
        self.heads = sorted(
            self._read("heads_on"), key=lambda row: (row["first_day_min"], row["last_day_min"])
        )
        self.vocabularies: dict[str, dict[str, JSON]] = {
            one["name"]: {code["code"]: code for code in one["codes"]}
            for one in read_json(self.package["vocabularies"].path)["vocabularies"]
        }
        self.department = read_json(self.package["department"].path)
        self.retired = [row for row in tables["ids"] if row["status"] != "active"]
        self.ids = _keyed(tables["ids"], "id")
        self._read_contacts()
        self.things = {one.id: one for one in self._things()}

    def _read(self, table: str) -> list[Row]:
        """All rows of a table or view, blank cells as None."""
        result = self.release.query(table)
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def _read_contacts(self) -> None:
        participants = _grouped(self.tables["participants"], "contact_id")
        counted = _keyed(self._read("counted_contacts"), "contact_id")
        self.contacts: dict[str, Contact] = {}
        for row in sorted(
            self.tables["contacts"],
            key=lambda row: (
                row["start_date_min"] or datetime.date.min,
                row["start_date_max"] or datetime.date.max,
                row["contact_id"],
            ),
        ):
            id = row["contact_id"]
            supporting = unique(
                one["source_id"]
                for one in self.citations.get(id, [])
                if one["stance"] == "supports"
            )
            contact = Contact(
                row,
                counted.get(id),
                sorted(participants.get(id, []), key=lambda one: one["seq"]),
                [self.sources[one] for one in supporting],
                number=len(self.contacts),
            )
            contact.parties = unique(map(self.party_of, contact.organizations))
            self.contacts[id] = contact
        #: Contacts of each country, organization, person and series, the earliest first.
        self.contacts_of: dict[str, list[Contact]] = defaultdict(list)
        for contact in self.contacts.values():
            chinese = [one["organization_id"] for one in contact.chinese]
            people = [one["person_id"] for one in contact.participants]
            for id in unique(
                (*contact.countries, *contact.organizations, *contact.parties, *chinese, *people,
                 contact.row["series_id"])
            ):  # fmt: skip
                self.contacts_of[id].append(contact)
        self.in_term: dict[str, list[Contact]] = defaultdict(list)
        for term in self.heads:
            for contact in self.contacts_of[term["person_id"]]:
                first, last = contact.row["start_date_min"], contact.row["start_date_max"]
                if first and term["first_day_min"] <= last and first <= term["last_day_max"]:
                    self.in_term[term["tenure_id"]].append(contact)

    def _things(self) -> Iterable[Thing]:
        for row in self.countries.values():
            yield Thing(row["country_id"], "country", row["name_en"], row["name_zh"] or "")
        for row in self.organizations.values():
            yield Thing(
                row["organization_id"], "organization", row["name_en"], row["name_zh"] or ""
            )
        for row in self.people.values():
            name = row["name_en"] or row["name_zh"]
            yield Thing(row["person_id"], "person", name, row["name_zh"] or "")
        for row in self.posts.values():
            yield Thing(row["post_id"], "post", row["title_en"], row["title_zh"] or "")
        for row in self.series.values():
            yield Thing(row["series_id"], "series", row["name_en"], row["name_zh"] or "")
        for contact in self.contacts.values():
            yield Thing(contact.id, "contact", contact.row["title"], "")
        for row in self.sources.values():
            yield Thing(row["source_id"], "source", row["title"] or row["source_id"], "")
        for row in self.heads:
            yield Thing(row["tenure_id"], "term", row["name_en"], row["name_zh"] or "")

    def party_of(self, organization: str | None) -> str | None:
        """The party that a body is or belongs to, as the view ``party_contacts`` has it."""
        if not organization or organization in self.parties:
            return organization
        parent = self.organizations[organization]["parent_id"]
        return parent if parent in self.parties else None

    def successor(self, id: str) -> str | None:
        """The active id that a merged one leads to, over any number of steps."""
        row = self.ids[id]
        while row["status"] == "merged" and row["replaced_by"] in self.ids:
            row = self.ids[row["replaced_by"]]
        return row["id"] if row["status"] == "active" else None

    def counts_by_year(self, contacts: Iterable[Contact]) -> dict[int, tuple[int, int]]:
        """Counted contacts by year: (with parties, others)."""
        counts: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        for contact in contacts:
            if contact.counted and contact.counted["year"]:
                counts[contact.counted["year"]][0 if contact.parties else 1] += 1
        return {year: (party, other) for year, (party, other) in sorted(counts.items())}

    @cached_property
    def rows(self) -> dict[str, Row]:
        """Rows without a page of their own, by id."""
        tables = ("tenures", "events", "claims", "stated_totals", "names", "identifiers",
                  "relations", "gaps")  # fmt: skip
        return {next(iter(row.values())): row for name in tables for row in self.tables[name]}

    @cached_property
    def units(self) -> list[str]:
        """The department, its bureaus and its offices: what the views count as the department."""
        found = ["ild"]
        for one in found:
            found += [
                row["organization_id"]
                for row in self.children.get(one, [])
                if row["kind"] in ("bureau", "office")
            ]
        return found


def _keyed(rows: Iterable[Row], key: str) -> dict[str, Row]:
    return {row[key]: row for row in rows}


def _grouped(rows: Iterable[Row], key: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row[key]:
            groups[row[key]].append(row)
    return groups
