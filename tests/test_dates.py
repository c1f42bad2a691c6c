"""Dates: the Python functions and the SQL macros say the same."""

from __future__ import annotations

import re
from datetime import date

import duckdb
import pytest
from edtf import EDTFParseException, parse_edtf
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT
from zhonglianbu import dates
from zhonglianbu.package import Package


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2019", (2019, 1, 1), (2019, 12, 31)),
        ("2019-04", (2019, 4, 1), (2019, 4, 30)),
        ("2024-02", (2024, 2, 1), (2024, 2, 29)),
        ("2019-04-16", (2019, 4, 16), (2019, 4, 16)),
        ("2019-04~", (2019, 4, 1), (2019, 4, 30)),
        ("195X", (1950, 1, 1), (1959, 12, 31)),
        ("19XX?", (1900, 1, 1), (1999, 12, 31)),
    ],
)
def test_bounds(text: str, first: tuple[int, ...], last: tuple[int, ...]) -> None:
    assert dates.bounds(text) == (date(*first), date(*last))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2019-4",
        "2019-13",
        "2019-02-30",
        "2019/04",
        "19X5",
        "XXXX",
        "2019-04-16 ",
        "２０１９",
        "0000",
    ],
)
def test_no_date(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        dates.bounds(text)


in_profile = st.from_regex(dates.PATTERN, fullmatch=True).filter(str.isascii)
near_profile = st.text(alphabet="0129X-~?% ", max_size=11)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(in_profile, near_profile), min_size=100, max_size=100))
def test_sql_macros_agree(texts: list[str]) -> None:
    expected: list[tuple[date | None, date | None]] = []
    for text in texts:
        try:
            expected.append(dates.bounds(text))
        except ValueError:
            expected.append((None, None))
    with duckdb.connect() as database:
        database.execute(dates.SQL_MACROS)
        got = database.execute(
            "SELECT edtf_min(t), edtf_max(t) FROM (SELECT unnest(?) AS t)", [texts]
        ).fetchall()
    wrong = [
        (text, want, has)
        for text, want, has in zip(texts, expected, got, strict=True)
        if want != has
    ]
    assert wrong == []


def in_library(text: str) -> tuple[date, date] | None:
    """The bounds by the ``edtf`` library; None if the text is no date to it.

    EDTF has a year 0, which neither Python's calendar nor that of our users' programs has: for us
    ``0000`` is no date and ``000X`` begins with the year 1.
    """
    try:
        read = parse_edtf(text)
    except EDTFParseException:
        return None
    first, last = read.lower_strict(), read.upper_strict()
    if last.tm_year == 0:
        return None
    return (
        date(*first[:3]) if first.tm_year else date(1, 1, 1),
        date(*last[:3]),
    )


#: Of the forms of our profile the library gets one wrong: it knows no leap years, so that the
#: 29th of February is a day to it in every year. (Beyond the profile it takes a blank behind a date
#: and breaks down on an unknown digit of a month: it is asked of the profile alone.)
leap_day = re.compile("[0-9]{4}-02-29.?")


@settings(max_examples=300, deadline=None)
@given(in_profile)
def test_the_edtf_library_agrees(text: str) -> None:
    try:
        assert in_library(text) == dates.bounds(text)
    except ValueError:  # no such day
        assert leap_day.fullmatch(text) or in_library(text) is None


def test_what_the_edtf_library_gets_wrong() -> None:
    """Where this fails the library was mended: drop what is said of it above."""
    assert parse_edtf("2023-02-29").day == "29"
    assert str(parse_edtf("2019-04-16 ")) == "2019-04-16"
    with pytest.raises(ValueError, match="day"):
        dates.bounds("2023-02-29")


def test_schemas_carry_the_profile() -> None:
    """A field whose pattern allows a year alone is a date field and has exactly this pattern."""
    for table in Package(ROOT).tables:
        for field in table.fields:
            pattern = field.get("constraints", {}).get("pattern", "")
            if (
                pattern
                and re.fullmatch(pattern, "2019")
                and field["name"].endswith(
                    ("_date", "as_of", "made", "published", "seen_first", "seen_last")
                )
            ):
                assert pattern == dates.PATTERN, (table.name, field["name"])
