"""What the data must answer, asked as a user would: in DuckDB over the CSV files."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from functools import reduce
from typing import Any

import duckdb
import pytest

from conftest import ROOT
from zhonglianbu import dates
from zhonglianbu.package import Package

with (ROOT / "tests" / "facts.csv").open(encoding="utf-8", newline="") as file:
    FACTS = list(csv.DictReader(file))

#: Who says so: the one query of the README.
WHO_SAYS_SO = """
SELECT c.field, c.stance, c.value_as_stated, s.source_id, s.publisher, s.published, s.url
FROM citations AS c JOIN sources AS s USING (source_id)
WHERE c.subject_id = ? ORDER BY ALL
"""


@pytest.fixture(scope="module")
def data() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as database:
        for table in Package(ROOT).tables:
            database.execute(
                f"CREATE VIEW {table.name} AS SELECT * FROM read_csv('{table.path}', "
                "all_varchar = true, header = true, delim = ',', quote = '\"')"
            )
        database.execute(dates.SQL_MACROS)
        yield database


@pytest.fixture(scope="module")
def department() -> dict[str, Any]:
    return dict(json.loads((ROOT / "data" / "department.json").read_text(encoding="utf-8")))


def ask(data: duckdb.DuckDBPyConnection, sql: str, *values: object) -> list[tuple[Any, ...]]:
    return data.execute(sql, list(values)).fetchall()


@pytest.mark.parametrize("fact", FACTS, ids=lambda row: f"{row['fact']}:{row['id']}")
def test_each_fact_is_there_with_its_source(
    data: duckdb.DuckDBPyConnection, department: dict[str, Any], fact: dict[str, str]
) -> None:
    table, field = fact["table"], fact["field"]
    if table == "department":
        keys = [int(key) if key.isdigit() else key for key in fact["id"].split("/")]
        entry = reduce(lambda value, key: value[key], keys, department)  # type: ignore[index]
        assert str(entry[field]) == fact["value"]
        cited = ask(
            data,
            "SELECT * FROM citations JOIN sources USING (source_id) WHERE citation_id IN "
            "(SELECT unnest(?))",
            entry["citations"],
        )
        assert len(cited) == len(entry["citations"]) > 0
        return
    key = Package(ROOT)[table].primary_key[0]
    rows = ask(data, f"SELECT {field or key} FROM {table} WHERE {key} = ?", fact["id"])
    assert rows == [(fact["value"] if field else fact["id"],)]
    if table == "sources":
        assert ask(data, "SELECT 1 FROM citations WHERE source_id = ?", fact["id"])
    elif table != "gaps":
        says_so = ask(data, WHO_SAYS_SO, fact["id"])
        assert any(row[1] == "supports" for row in says_so)


@pytest.mark.parametrize(
    ("day", "head"),
    [
        ("1955-01-01", ["wang-jiaxiang"]),
        ("1967-01-01", ["liu-ningyi"]),
        ("1970-01-01", []),
        ("1975-06-01", ["geng-biao"]),
        ("1990-01-01", ["zhu-liang"]),
        ("2010-01-01", ["wang-jiarui"]),
        ("2024-01-01", ["liu-jianchao"]),
        ("2025-11-01", ["liu-haixing"]),
    ],
)
def test_who_was_head_and_who_says_so(
    data: duckdb.DuckDBPyConnection, day: str, head: list[str]
) -> None:
    rows = ask(
        data,
        """
        SELECT tenure_id, person_id FROM tenures
        WHERE post_id = 'ild-head' AND edtf_min(start_date) <= CAST(? AS DATE)
            AND coalesce(edtf_max(end_date), DATE '9999-12-31') >= CAST(? AS DATE)
        """,
        day,
        day,
    )
    assert [person for _, person in rows] == head
    for tenure, _ in rows:
        assert any(row[1] == "supports" and row[4] for row in ask(data, WHO_SAYS_SO, tenure))


def test_the_acting_head_is_said_to_be_acting(data: duckdb.DuckDBPyConnection) -> None:
    rows = ask(data, "SELECT person_id FROM tenures WHERE post_id = 'ild-head' AND acting = 'true'")
    assert rows == [("liu-ningyi",)]
    overseer = "SELECT note FROM tenures WHERE person_id = 'kang-sheng' AND post_id = 'ild-head'"
    assert ask(data, overseer) == []


def test_which_bureaus_exist(data: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        data,
        "SELECT organization_id, remit FROM organizations WHERE kind = 'bureau' AND "
        "parent_id = 'ild' ORDER BY 1",
    )
    assert [row[0] for row in rows] == [f"ild-bureau-{number}" for number in range(1, 9)]
    assert all(row[1] for row in rows)
    assert "Africa" in rows[3][1]


@pytest.mark.parametrize(
    ("year", "stated"),
    [
        ("2010", [("570", "true", "160", "all")]),
        ("2021", [("560", "true", "160", "regular"), ("600", "true", "160", "all")]),
    ],
)
def test_what_was_stated(
    data: duckdb.DuckDBPyConnection, year: str, stated: list[tuple[str, ...]]
) -> None:
    rows = ask(
        data,
        "SELECT DISTINCT parties, parties_at_least, countries, measure FROM stated_totals "
        "WHERE starts_with(as_of, ?) ORDER BY ALL",
        year,
    )
    assert rows == stated


@pytest.mark.parametrize(
    ("table", "subject", "field", "chosen", "other"),
    [
        ("organizations", "cccws", "start_date", "2011-01-27", "2010"),
        ("tenures", "tn-liu-jianchao-ild-head", "start_date", "2022-06-02", "2022-05"),
        ("tenures", "tn-ji-pengfei-ild-head", "start_date", "1979-01", "1980-02"),
        ("people", "liu-haixing", "birth_date", "1963-04", "1962"),
    ],
)
def test_conflicts_are_kept(
    data: duckdb.DuckDBPyConnection, table: str, subject: str, field: str, chosen: str, other: str
) -> None:
    key = Package(ROOT)[table].primary_key[0]
    assert ask(data, f"SELECT {field} FROM {table} WHERE {key} = ?", subject) == [(chosen,)]
    said = [(row[1], row[2]) for row in ask(data, WHO_SAYS_SO, subject) if row[0] == field]
    assert any(stance == "supports" for stance, _ in said)
    assert any(stance == "contradicts" and other in value for stance, value in said)


def test_the_column_is_there_item_by_item(data: duckdb.DuckDBPyConnection) -> None:
    """All 705 items of the head's column are sources, and each is cited by what it reports."""
    column = "s.url LIKE 'https://www.idcpc.org.cn/bzhd/wshd/%' AND s.published >= '2022-04-26'"
    assert ask(data, f"SELECT count(*) FROM sources AS s WHERE {column}") == [(705,)]
    assert ask(
        data,
        f"""
        SELECT count(DISTINCT s.source_id) FROM sources AS s JOIN citations AS c USING (source_id)
        WHERE {column} AND (c.subject_id IN (SELECT contact_id FROM contacts)
            OR c.subject_id IN (SELECT event_id FROM events))
        """,
    ) == [(705,)]


def test_four_ambassadors_received_apart_are_four_contacts(
    data: duckdb.DuckDBPyConnection,
) -> None:
    rows = ask(
        data,
        """
        SELECT p.organization_id FROM citations AS c JOIN participants AS p
            ON p.contact_id = c.subject_id
        WHERE c.source_id = 'idcpc-t20220624-149171' AND c.field IS NULL AND p.side = 'foreign'
        ORDER BY 1
        """,
    )
    assert [row[0] for row in rows] == [
        f"{country}-embassy-in-china" for country in ("cub", "lao", "prk", "vnm")
    ]


def test_a_party_leader_who_governs_acts_for_the_party(data: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        data,
        "SELECT organization_id, role FROM participants JOIN contacts USING (contact_id) "
        "WHERE person_id = 'cyril-ramaphosa' AND start_date >= '2018-02-15'",
    )
    assert {row[0] for row in rows} == {"zaf-african-national-congress"}
    assert all("president of" in row[1] for row in rows)


def test_no_party_is_left_unchecked(data: duckdb.DuckDBPyConnection) -> None:
    assert ask(data, "SELECT * FROM parties WHERE partyfacts_match = 'unchecked'") == []
