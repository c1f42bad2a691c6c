"""Pairs of contacts that may be one encounter: proposed by rule, decided by a reader, kept on file.

A pair is proposed when both are counted, their dates are at most ``LAG`` days apart, both are of
one sort (an encounter of two sides, or an event with an audience), and they share a country and a
counterpart: a foreign person, or an organization met by the same official or by nobody in
particular. Two contacts whose foreign sides name different people throughout are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

from . import dates
from .package import Package, parse_csv

#: Days by which a page may lag behind the encounter that it reports.
LAG = timedelta(days=4)
#: A contact dated no better than this is compared by nothing but chance.
LONGEST = timedelta(days=31)
#: Kinds of contact in which two sides meet; the others are events with an audience.
BILATERAL = frozenset({"meeting", "talks", "call", "dialogue", "message"})


@dataclass(frozen=True)
class Side:
    """What is compared of one contact."""

    contact_id: str
    first: date
    last: date
    countries: frozenset[str]
    organizations: frozenset[str]
    people: frozenset[str]
    names: frozenset[str]
    officials: frozenset[str]
    bilateral: bool
    message: bool


def candidates(package: Package) -> list[tuple[str, str]]:
    """Pairs of contact ids, each in order, that the rule proposes."""
    return among(package["contacts"].rows(), package["participants"].rows())


def among(
    contacts: list[dict[str, str]], participants: list[dict[str, str]]
) -> list[tuple[str, str]]:
    """The same of rows that need not be on disk."""
    sides = sorted(_sides(contacts, participants), key=lambda side: (side.first, side.contact_id))
    by_country: dict[str, list[Side]] = {}
    for side in sides:
        for country in side.countries:
            by_country.setdefault(country, []).append(side)
    pairs = set()
    for group in by_country.values():
        for a, b in combinations(group, 2):
            if b.first - LAG > a.last:
                continue
            if _alike(a, b):
                pairs.add((min(a.contact_id, b.contact_id), max(a.contact_id, b.contact_id)))
    return sorted(pairs)


def decided(path: Path) -> dict[tuple[str, str], str]:
    """Pairs that a reader found to be two encounters, with the reason."""
    return {
        (row["contact_a"], row["contact_b"]): row["reason"]
        for row in parse_csv(path.read_text(encoding="utf-8"))
    }


def _alike(a: Side, b: Side) -> bool:
    if a.bilateral != b.bilateral or a.message != b.message:
        return False
    if a.people & b.people or a.names & b.names:
        return True
    if (a.people or a.names) and (b.people or b.names):
        return False
    same_official = not a.officials or not b.officials or bool(a.officials & b.officials)
    return same_official and bool(a.organizations & b.organizations)


def _sides(contacts: list[dict[str, str]], participants: list[dict[str, str]]) -> list[Side]:
    taking_part: dict[str, list[dict[str, str]]] = {}
    for row in participants:
        taking_part.setdefault(row["contact_id"], []).append(row)
    sides = []
    for contact in contacts:
        if contact["in_statistics"] != "true":
            continue
        first, last = dates.bounds(contact["start_date"])
        if contact["end_date"]:
            last = dates.bounds(contact["end_date"])[1]
        if last - first > LONGEST:
            continue
        foreign = [row for row in taking_part[contact["contact_id"]] if row["side"] == "foreign"]
        chinese = [row for row in taking_part[contact["contact_id"]] if row["side"] == "cpc"]
        sides.append(
            Side(
                contact["contact_id"],
                first,
                last,
                frozenset(row["country_id"] for row in foreign) - {""},
                frozenset(row["organization_id"] for row in foreign) - {""},
                frozenset(row["person_id"] for row in foreign) - {""},
                frozenset(row["person_name"] for row in foreign if not row["person_id"]) - {""},
                frozenset(row["person_id"] for row in chinese) - {""},
                contact["kind"] in BILATERAL,
                contact["kind"] == "message",
            )
        )
    return sides
