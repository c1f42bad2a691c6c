"""What search and filters read: scripts that set one variable each, since pages opened from a
folder may not fetch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .facts import Contact, Facts, unique
from .render import json_for_script

#: Vocabularies whose labels the filters show.
CODES = ("contact_kind", "contact_mode", "contact_direction", "party_family")


def scripts(facts: Facts) -> dict[str, str]:
    """The scripts by file name."""
    return {
        "contacts.js": f"window.zhonglianbuContacts={json_for_script(contacts(facts))};\n",
        "names.js": f"window.zhonglianbuNames={json_for_script(names(facts))};\n",
    }


def citation(facts: Facts) -> str:
    """How the data are cited, in one line."""
    about = facts.about
    creator = facts.package.descriptor["contributors"][0]["title"]
    return f"{creator} ({about['as_of'][:4]}). {about['title']}. Version {about['version']}."


class _List:
    """Rows that are pointed at by number, each written once."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def __call__(self, ids: Iterable[str]) -> list[int]:
        return [self.numbers.setdefault(id, len(self.numbers)) for id in ids]


def contacts(facts: Facts) -> dict[str, Any]:
    """Every contact, the earliest first, and what its numbers point at.

    ``flags`` of a contact: 1 counted, 2 with a party, 4 of the department itself.
    """
    countries, organizations, people, publishers = _List(), _List(), _List(), _List()
    rows = [_row(one, countries, organizations, people, publishers) for one in
            facts.contacts.values()]  # fmt: skip
    places = {id: number for number, id in enumerate(facts.contacts)}
    return {
        "version": facts.about["version"],
        "cite": citation(facts),
        "codes": {
            name: {code: one["label"] for code, one in facts.vocabularies[name].items()}
            for name in CODES
        },
        "coverage": facts.coverage,
        "countries": [
            [id, facts.countries[id]["name_en"], facts.countries[id]["name_zh"] or "",
             facts.countries[id]["region"] or ""] for id in countries.numbers
        ],
        "organizations": [
            [id, facts.organizations[id]["name_en"], facts.organizations[id]["name_zh"] or "",
             int(id in facts.parties), facts.parties.get(id, {}).get("family") or ""]
            for id in organizations.numbers
        ],
        "people": [[id, facts.things[id].name, facts.things[id].zh] for id in people.numbers],
        "publishers": list(publishers.numbers),
        "heads": [
            [head["tenure_id"], head["name_en"], head["name_zh"] or "",
             str(facts.tenures[head["tenure_id"]]["start_date"])[:4],
             str(facts.tenures[head["tenure_id"]]["end_date"] or "")[:4],
             [places[one.id] for one in facts.in_term[head["tenure_id"]]]]
            for head in facts.heads
        ],
        "rows": rows,
    }  # fmt: skip


def _row(
    one: Contact, countries: _List, organizations: _List, people: _List, publishers: _List
) -> list[Any]:
    row = one.row
    flags = (
        bool(one.counted)
        + 2 * bool(one.parties)
        + 4 * bool(one.counted and one.counted["with_ild"])
    )
    source = one.sources[0] if one.sources else None
    return [
        one.id,
        row["start_date"] or "",
        row["end_date"] or "",
        row["date_basis"] or "",
        one.year or 0,
        row["kind"] or "",
        row["mode"] or "",
        row["direction"] or "",
        row["place"] or "",
        row["title"],
        flags,
        countries(one.countries),
        organizations(one.organizations),
        organizations(one.parties),
        people(one.officials),
        people(unique(p["person_id"] for p in one.foreign)),
        [source["source_id"], source["url"] or "", publishers([source["publisher"] or ""])[0]]
        if source
        else [],
        unique(p["person_name"] for p in one.chinese if not p["person_id"]),
    ]


def names(facts: Facts) -> list[list[str]]:
    """Everything with a page: [folder, id, name, Chinese name, other names, what it is]."""
    found = []
    for thing in facts.things.values():
        others: list[str | None] = [one["name"] for one in facts.names.get(thing.id, [])]
        about = ""
        if thing.folder == "person":
            row = facts.people[thing.id]
            others += [row["name_native"], row["pinyin"]]
        elif thing.folder == "organization":
            row = facts.organizations[thing.id]
            others += [row["name_native"], row["abbreviation"]]
            about = facts.countries[row["country_id"]]["name_en"] if row["country_id"] else ""
        elif thing.folder == "country":
            row = facts.countries[thing.id]
            others += [thing.id, row["iso2"]]
        elif thing.folder == "contact":
            contact = facts.contacts[thing.id]
            others += [one["person_name"] for one in contact.participants]
            about = contact.row["start_date"] or ""
        elif thing.folder == "source":
            row = facts.sources[thing.id]
            others += [row["author"]]
            about = " ".join(filter(None, (row["publisher"], row["published"])))
        elif thing.folder == "term":
            tenure = facts.tenures[thing.id]
            about = " – ".join(filter(None, (tenure["start_date"], tenure["end_date"])))
        found.append(
            [thing.folder, thing.id, thing.name, thing.zh, " · ".join(unique(others)), about]
        )
    return found
