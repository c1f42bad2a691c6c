"""Derived tables, counted again by another road, and the rule that tells zero from unsearched."""

from __future__ import annotations

import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from conftest import Small
from reading import Expected, expected
from zhonglianbu import views
from zhonglianbu.package import Package
from zhonglianbu.release import base

Cells = dict[str, str]


@pytest.fixture(scope="module")
def tables(built: Path) -> dict[str, Expected]:
    return expected(built)


def year_of(contact: Cells) -> str:
    first, last = contact["start_date_min"][:4], contact["start_date_max"][:4]
    return first if first == last else ""


def test_country_year_is_counted_again(tables: dict[str, Expected]) -> None:
    contacts = {
        row["contact_id"]: row for row in tables["contacts"].rows if row["in_statistics"] == "true"
    }
    met = {
        (row["country_id"], row["contact_id"])
        for row in tables["participants"].rows
        if row["side"] == "foreign" and row["country_id"] and row["contact_id"] in contacts
    }
    counts = Counter((country, year_of(contacts[contact])) for country, contact in met)
    incoming = Counter(
        (country, year_of(contacts[contact]))
        for country, contact in met
        if contacts[contact]["direction"] == "incoming"
    )
    cells = {(row["country_id"], row["year"]): row for row in tables["country_year"].rows}
    for key, row in cells.items():
        zero = "0" if row["coverage"] == "frame" else ""
        assert row["contacts"] == (str(counts[key]) if counts[key] else zero), key
        assert row["contacts_incoming"] == (str(incoming[key]) if incoming[key] else zero), key
        for part in ("contacts_head", "contacts_ild", "contacts_party"):
            assert int(row[part] or 0) <= int(row["contacts"] or 0), key
    assert {key for key in counts if key[1]} <= set(cells)
    years = {year for _, year in cells}
    every = {row["country_id"] for row in tables["countries"].rows if row["iso2"]}
    assert {(country, year) for country in every for year in years} <= set(cells)


def test_party_year_is_counted_again(tables: dict[str, Expected]) -> None:
    contacts = {
        row["contact_id"]: row for row in tables["contacts"].rows if row["in_statistics"] == "true"
    }
    parties = {row["organization_id"] for row in tables["parties"].rows}
    parents = {row["organization_id"]: row["parent_id"] for row in tables["organizations"].rows}
    met = set()
    for row in tables["participants"].rows:
        body = row["organization_id"]
        party = body if body in parties else parents.get(body, "")
        if row["side"] == "foreign" and row["contact_id"] in contacts and party in parties:
            met.add((party, row["contact_id"]))
    assert {
        (row["organization_id"], row["contact_id"]) for row in tables["party_contacts"].rows
    } == met
    counts = Counter((party, year_of(contacts[contact])) for party, contact in met)
    for row in tables["party_year"].rows:
        found = counts[row["organization_id"], row["year"]]
        zero = "0" if row["coverage"] == "frame" else ""
        assert row["contacts"] == (str(found) if found else zero)
    years = len(tables["covered_years"].rows)
    assert len(tables["party_year"].rows) == len(parties) * years


def test_ild_contacts_are_those_of_the_department_and_its_units(
    tables: dict[str, Expected],
) -> None:
    parents = {row["organization_id"]: row for row in tables["organizations"].rows}

    def is_unit(body: str) -> bool:
        row = parents.get(body)
        return body == "ild" or bool(
            row and row["kind"] in ("bureau", "office") and is_unit(row["parent_id"])
        )

    counted = {
        row["contact_id"] for row in tables["contacts"].rows if row["in_statistics"] == "true"
    }
    assert {row["contact_id"] for row in tables["ild_contacts"].rows} == {
        row["contact_id"]
        for row in tables["participants"].rows
        if row["side"] == "cpc" and row["contact_id"] in counted and is_unit(row["organization_id"])
    }
    assert is_unit("ild-bureau-4") and not is_unit("cccws")


def test_contacts_flat_has_each_foreign_participant_once(tables: dict[str, Expected]) -> None:
    flat = {(row["contact_id"], row["seq"]): row for row in tables["contacts_flat"].rows}
    foreign = {
        (row["contact_id"], row["seq"]): row
        for row in tables["participants"].rows
        if row["side"] == "foreign"
    }
    assert set(flat) == set(foreign)
    assert {contact for contact, _ in flat} == {
        row["contact_id"] for row in tables["contacts"].rows
    }
    names = {row["organization_id"]: row["name_en"] for row in tables["organizations"].rows}
    countries = {row["country_id"]: row["name_en"] for row in tables["countries"].rows}
    for key, row in flat.items():
        assert row["role"] == foreign[key]["role"]
        assert row["organization_name_en"] == names.get(foreign[key]["organization_id"], "")
        assert row["country_name_en"] == countries.get(foreign[key]["country_id"], "")
    counts = Counter(contact for contact, _ in flat)
    assert all(int(row["counterparts"]) == counts[row["contact_id"]] for row in flat.values())
    assert all(row["source_url"] or row["source_id"] for row in flat.values())


def test_heads_on_names_one_head_on_a_certain_day(tables: dict[str, Expected]) -> None:
    def heads(day: str) -> list[str]:
        return [
            row["name_en"]
            for row in tables["heads_on"].rows
            if row["first_day_max"] <= day <= row["last_day_min"]
        ]

    assert heads("2010-05-01") == ["Wang Jiarui"]
    assert heads("2023-01-01") == ["Liu Jianchao"]
    assert heads("1969-01-01") == [], "a gap: nobody is known to have been in post"
    assert heads("1979-01-15") == [], "the month of a change is certain for neither"


# the rule of coverage, on a package of its own


def coverage(small: Small, tmp_path: Path) -> dict[str, str]:
    with base.opened(Package(small.root), tmp_path) as release:
        return {str(year): code for year, code in release.rows("SELECT * FROM covered_years")}


def set_gaps(small: Small, *spans: tuple[str, str, str]) -> None:
    """Replace the gaps by spans of (scope, start, end), and let the contacts begin in 2018."""
    rows = small.rows("gaps")
    small.write(
        "gaps",
        [
            {**rows[0], "gap_id": f"gap-{number}", "scope": scope, "start_date": first}
            | {"end_date": last}
            for number, (scope, first, last) in enumerate(spans)
        ],
    )
    contacts = small.rows("contacts")
    contacts[0] |= {"start_date": "2018-05", "in_statistics": "true"}
    small.write("contacts", contacts)


@pytest.mark.parametrize(
    ("spans", "wanted"),
    [
        ([], {"2018": "frame", "2020": "frame", "2025": "frame", "2026": "part"}),
        ([("contacts", "", "2019")], {"2018": "found", "2019": "found", "2020": "frame"}),
        ([("contacts", "", "2020-04-25")], {"2019": "found", "2020": "part", "2021": "frame"}),
        ([("contacts", "2020-12-31", "")], {"2019": "frame", "2020": "part", "2021": "found"}),
        ([("contacts", "2020-01", "2020-12")], {"2019": "frame", "2020": "found", "2021": "frame"}),
        ([("contacts", "2020-01-02", "2020")], {"2020": "part"}),
        ([("contacts", "", "")], {"2018": "frame"}),  # of no time: of deputies, say
        ([("tenures", "", "2019")], {"2018": "frame"}),  # of another table
    ],
)
def test_coverage_follows_the_gaps(
    small: Small, tmp_path: Path, spans: list[tuple[str, str, str]], wanted: dict[str, str]
) -> None:
    set_gaps(small, *spans)
    found = coverage(small, tmp_path)
    assert found.items() >= wanted.items()
    as_of = Package(small.root).descriptor["as_of"][:4]
    assert list(found) == [str(year) for year in range(2018, int(as_of) + 1)]


def test_a_count_is_blank_outside_the_frame_and_zero_within(small: Small, tmp_path: Path) -> None:
    set_gaps(small, ("contacts", "", "2019"))
    with base.opened(Package(small.root), tmp_path) as release:
        counts = {
            (country, year): (code, contacts)
            for country, year, code, contacts in release.rows(
                "SELECT country_id, year, coverage, contacts FROM country_year"
            )
        }
    country = next(
        row["country_id"]
        for row in small.rows("participants")
        if row["side"] == "foreign" and row["contact_id"] == small.rows("contacts")[0]["contact_id"]
    )
    assert counts[country, 2018] == ("found", 1)
    assert counts[country, 2019] == ("found", None)
    assert counts[country, 2021][0] == "frame" and counts[country, 2021][1] is not None
    assert all(count is not None for code, count in counts.values() if code == "frame")
    assert all(count != 0 for code, count in counts.values() if code != "frame")


def test_a_country_that_was_not_there_is_absent(small: Small, tmp_path: Path) -> None:
    set_gaps(small)
    country = small.rows("countries")[0]["country_id"]
    small.set("countries", country, iso2="XX", start_date="2020-06")
    with base.opened(Package(small.root), tmp_path) as release:
        codes = dict(
            release.rows(f"SELECT year, coverage FROM country_year WHERE country_id = '{country}'")
        )
    assert codes[2019] == "absent" and codes[2020] == "frame"


# the files


GOOD = """-- title: T
-- description: D.
-- key: a
-- a string: A.
SELECT 'x' AS a
"""


def test_a_view_is_read_from_its_file() -> None:
    view = views.parse("v", GOOD)
    assert (view.title, view.key, view.sql) == ("T", ["a"], "SELECT 'x' AS a")
    assert view.schema["fields"] == [{"name": "a", "type": "string", "description": "A."}]
    database = sqlite3.connect(":memory:")
    database.execute(view.create)
    assert database.execute("SELECT * FROM v").fetchall() == [("x",)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("-- title: T\n", ""),
        ("-- key: a\n", ""),
        ("-- a string: A.\n", ""),
        ("-- a string: A.", "-- a text: A."),
        ("-- a string: A.", "-- A string"),
        ("-- key", "--key"),
    ],
)
def test_a_view_without_its_description_is_refused(old: str, new: str) -> None:
    with pytest.raises(ValueError, match=r"v\.sql"):
        views.parse("v", GOOD.replace(old, new))


def test_each_view_comes_behind_those_it_reads() -> None:
    names = [view.name for view in views.read_all()]
    assert names.index("heads_on") < names.index("counted_contacts") < names.index("country_year")
    assert names.index("covered_years") < names.index("party_year")
