"""Each format, read back by the programs its users have: every cell, missing ones included."""

from __future__ import annotations

import csv
import json
import re
import shutil
import sqlite3
import subprocess
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import networkx as nx
import openpyxl
import pandas as pd
import polars as pl
import pyarrow.parquet
import pytest
from followthemoney import model
from followthemoney.types import registry
from jsonschema import Draft202012Validator

from conftest import ROOT
from reading import Expected, Rows, cell, content_hash, expected
from zhonglianbu import views
from zhonglianbu.package import Package
from zhonglianbu.release import FORMATS, ftm, popolo

NAMES = [*(table.name for table in Package(ROOT).tables), *(view.name for view in views.read_all())]


@pytest.fixture(scope="module")
def tables(built: Path) -> dict[str, Expected]:
    return expected(built)


def test_all_tables_and_views_are_compared(tables: dict[str, Expected]) -> None:
    assert list(tables) == NAMES
    assert all(table.rows for table in tables.values())
    assert "NA" in {row["iso2"] for row in tables["countries"].rows}


def test_the_comparison_bites(tables: dict[str, Expected]) -> None:
    """One cell changed, one row lost, a blank filled: each is noticed."""
    table = tables["countries"]
    for spoil in (
        lambda rows: rows[0].update(name_en="Arubà"),
        lambda rows: rows.pop(),
        lambda rows: rows[0].update(cow="0"),
    ):
        rows = [dict(row) for row in table.rows]
        spoil(rows)
        with pytest.raises(AssertionError):
            table.check([{**row, "cow": int(row["cow"] or 0) or None} for row in rows][:-1])
    rows = [{**row, "cow": int(row["cow"]) if row["cow"] else None} for row in table.rows]
    table.check(rows)
    with pytest.raises(AssertionError):
        table.check([{**rows[0], "note": "x"}, *rows[1:]])


# Parquet


def by_pyarrow(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pyarrow.parquet.read_table(path).to_pylist()
    return rows


def by_duckdb(path: Path) -> list[dict[str, Any]]:
    result = duckdb.sql(f"FROM '{path}'")
    return [dict(zip(result.columns, row, strict=True)) for row in result.fetchall()]


def by_pandas(path: Path) -> list[dict[str, Any]]:
    return pd.read_parquet(path).to_dict("records")


def by_polars(path: Path) -> list[dict[str, Any]]:
    return pl.read_parquet(path).to_dicts()


@pytest.mark.parametrize("read", [by_pyarrow, by_duckdb, by_pandas, by_polars])
@pytest.mark.parametrize("name", NAMES)
def test_parquet(
    built: Path,
    tables: dict[str, Expected],
    name: str,
    read: Callable[[Path], list[dict[str, Any]]],
) -> None:
    path = built / "parquet" / f"{name}.parquet"
    tables[name].check(read(path))
    schema = pyarrow.parquet.read_schema(path)
    assert schema.names == list(tables[name].types)
    arrow = {"string": "string", "integer": "int64", "boolean": "bool", "date": "date32[day]"}
    assert [str(kind) for kind in schema.types] == [
        arrow[one] for one in tables[name].types.values()
    ]
    assert schema.metadata[b"sha256"].decode() == tables[name].sha256


# SQLite


@pytest.fixture(scope="module")
def database(built: Path, tmp_path_factory: pytest.TempPathFactory) -> sqlite3.Connection:
    """A copy that may be spoiled."""
    copy = tmp_path_factory.mktemp("sqlite") / "copy.sqlite"
    shutil.copyfile(built / "zhonglianbu.sqlite", copy)
    connection = sqlite3.connect(copy)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


@pytest.mark.parametrize("name", NAMES)
def test_sqlite(database: sqlite3.Connection, tables: dict[str, Expected], name: str) -> None:
    rows = [dict(row) for row in database.execute(f'SELECT * FROM "{name}"')]
    tables[name].check(rows)
    stated = database.execute("SELECT * FROM content_hashes WHERE name = ?", [name]).fetchone()
    if stated:  # of tables; a view is computed when it is asked
        assert tuple(stated) == (name, len(rows), tables[name].sha256)
    else:
        assert name in {view.name for view in views.read_all()}


def test_sqlite_is_strict_and_its_keys_hold(database: sqlite3.Connection) -> None:
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    assert [tuple(row) for row in database.execute("PRAGMA integrity_check")] == [("ok",)]
    for wrong in (
        "UPDATE tenures SET person_id = 'nobody' WHERE post_id = 'ild-head'",
        "UPDATE stated_totals SET parties = 'many'",
        "UPDATE contacts SET in_statistics = 2",
        "UPDATE contacts SET title = NULL",
        "UPDATE countries SET iso2 = 'NA' WHERE country_id = 'ZAF'",
        "INSERT INTO ids SELECT * FROM ids LIMIT 1",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            database.execute(wrong)
    indexed = {row["tbl_name"] for row in database.execute("SELECT * FROM sqlite_schema")}
    assert {"participants", "citations"} <= indexed
    plan = database.execute(
        "EXPLAIN QUERY PLAN SELECT * FROM participants WHERE country_id = 'ZAF'"
    ).fetchone()
    assert "USING INDEX participants_country_id" in plan["detail"]


# Excel


def sheets_by_openpyxl(path: Path) -> dict[str, Rows]:
    book = openpyxl.load_workbook(path, read_only=True)
    sheets = {}
    for sheet in book.worksheets[1:]:
        header, *lines = sheet.iter_rows(values_only=True)
        assert all(isinstance(value, str | None) for line in lines for value in line)
        sheets[sheet.title] = [
            {str(name): value or "" for name, value in zip(header, line, strict=True)}
            for line in lines
        ]
    return sheets


def test_excel_by_openpyxl(built: Path, tables: dict[str, Expected]) -> None:
    sheets = sheets_by_openpyxl(built / "zhonglianbu.xlsx")
    assert list(sheets) == NAMES
    for name, rows in sheets.items():
        assert content_hash(rows, list(rows[0])) == tables[name].sha256, name


def test_excel_opens_with_a_readme_frozen_headers_and_filters(
    built: Path, tables: dict[str, Expected]
) -> None:
    with zipfile.ZipFile(built / "zhonglianbu.xlsx") as archive:
        parts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    sheets = [parts[f"xl/worksheets/sheet{number}.xml"] for number in range(1, len(NAMES) + 2)]
    assert all("<f>" not in sheet and "<hyperlink" not in sheet for sheet in sheets)
    for name, sheet in zip(NAMES, sheets[1:], strict=True):
        assert 'ySplit="1"' in sheet and 'state="frozen"' in sheet, name
        last = len(tables[name].rows) + 1
        assert re.search(rf'<autoFilter ref="A1:[A-Z]+{last}"', sheet), name
    book = openpyxl.load_workbook(built / "zhonglianbu.xlsx", read_only=True)
    lines = [tuple(row) for row in book["README"].iter_rows(values_only=True)]
    stated = {line[0]: line for line in lines}
    for name in NAMES:
        assert stated[name][2] == f"{len(tables[name].rows):,}"
        assert stated[name][3] == tables[name].sha256


@pytest.mark.system
def test_excel_by_libreoffice(built: Path, tables: dict[str, Expected], tmp_path: Path) -> None:
    soffice = shutil.which("soffice")
    if not soffice:
        pytest.skip("soffice is missing: on Debian, apt-get install libreoffice-calc-nogui")
    # comma, quotes, UTF-8, from the first line, cells as they are shown, every sheet
    as_csv = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    subprocess.run(
        [
            soffice,
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            *("--convert-to", as_csv),
            *("--outdir", tmp_path),
            built / "zhonglianbu.xlsx",
        ],
        check=True,
        capture_output=True,
    )
    for name in NAMES:
        with (tmp_path / f"zhonglianbu-{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert content_hash(rows, list(rows[0])) == tables[name].sha256, name


# Stata


@pytest.mark.parametrize("name", NAMES)
def test_stata_by_pandas(built: Path, tables: dict[str, Expected], name: str) -> None:
    with pd.read_stata(
        built / "stata" / f"{name}.dta", iterator=True, convert_categoricals=False
    ) as reader:
        rows = reader.read().to_dict("records")
        assert reader.data_label == f"sha256:{tables[name].sha256}"
        assert reader.time_stamp == Package(ROOT).descriptor["as_of"] or reader.time_stamp
        labels, values = reader.variable_labels(), reader.value_labels()
    tables[name].check(rows)
    assert all(labels[column] for column in tables[name].types)
    for column, kind in tables[name].types.items():
        if kind == "boolean":
            assert values[column] == {0: "false", 1: "true"}


R_SCRIPT = """
suppressWarnings(library(haven))
root <- commandArgs(TRUE)[1]
out <- commandArgs(TRUE)[2]
for (path in list.files(file.path(root, "stata"), full.names = TRUE)) {
  table <- as.data.frame(zap_labels(zap_formats(read_dta(path))))
  for (name in names(table)) {
    column <- table[[name]]
    if (inherits(column, "Date")) column <- format(column, "%Y-%m-%d")
    if (is.numeric(column)) column <- ifelse(is.na(column), "", sprintf("%.0f", column))
    column[is.na(column)] <- ""
    table[[name]] <- column
  }
  file <- file(file.path(out, sub("dta$", "haven", basename(path))), "w", encoding = "UTF-8")
  write.csv(table, file, row.names = FALSE)
  close(file)
}
for (path in c(list.files(file.path(root, "data"), "csv$", full.names = TRUE),
               list.files(file.path(root, "derived"), "csv$", full.names = TRUE))) {
  table <- read.csv(path, colClasses = "character", na.strings = "", encoding = "UTF-8")
  file <- file(file.path(out, sub("csv$", "base", basename(path))), "w", encoding = "UTF-8")
  write.csv(table, file, row.names = FALSE, na = "")
  close(file)
}
"""


@pytest.fixture(scope="module")
def read_by_r(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What R reads: Stata files by haven, CSV files by base R with the README's rules."""
    probe = ["Rscript", "--vanilla", "-e", "library(haven)"]
    if not shutil.which("Rscript") or subprocess.run(probe, capture_output=True).returncode:
        pytest.skip("R with haven is missing: on Debian, apt-get install r-cran-haven")
    out = tmp_path_factory.mktemp("r")
    subprocess.run(
        ["Rscript", "--vanilla", "-e", R_SCRIPT, built, out],
        check=True,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )
    return out


@pytest.mark.system
@pytest.mark.parametrize("name", NAMES)
def test_stata_by_haven(read_by_r: Path, tables: dict[str, Expected], name: str) -> None:
    with (read_by_r / f"{name}.haven").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    table = tables[name]
    for row in rows:
        for column, kind in table.types.items():
            if kind == "boolean" and row[column]:
                row[column] = {"0": "false", "1": "true"}[row[column]]
    assert rows == table.rows
    assert content_hash(rows, [one for one in table.types if one not in table.bounds]) == (
        table.sha256
    )


@pytest.mark.system
@pytest.mark.parametrize("name", NAMES)
def test_csv_by_base_r(read_by_r: Path, tables: dict[str, Expected], name: str) -> None:
    with (read_by_r / f"{name}.base").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert content_hash(rows, list(rows[0])) == tables[name].sha256


# the network


def test_graphml_counts_the_contacts(built: Path, tables: dict[str, Expected]) -> None:
    """Every edge with its weight and days, counted again from the tables."""
    graph = nx.read_graphml(built / "contacts.graphml")
    contacts = {
        row["contact_id"]: row for row in tables["contacts"].rows if row["in_statistics"] == "true"
    }
    sides: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in tables["participants"].rows:
        node = row["organization_id"] or row["country_id"]
        if row["contact_id"] in contacts and node:
            sides[row["contact_id"]][row["side"]].add(node)
    met: dict[tuple[str, str], list[str]] = defaultdict(list)
    for contact, side in sides.items():
        for source in side["cpc"]:
            for target in side["foreign"]:
                met[source, target].append(contact)
    edges = {
        (source, target): edge
        for source, target, edge in graph.edges(data=True)
        if edge["kind"] == "contact"
    }
    assert set(edges) == set(met)
    for ends, edge in edges.items():
        assert edge["weight"] == len(met[ends])
        assert edge["first"] == min(contacts[one]["start_date_min"] for one in met[ends])
        assert edge["last"] == max(contacts[one]["start_date_max"] for one in met[ends])
    bodies = {row["organization_id"]: row for row in tables["organizations"].rows}
    for source, target, edge in graph.edges(data=True):
        if edge["kind"] == "country":
            assert bodies[source]["country_id"] == target
    for name, node in graph.nodes(data=True):
        if node["kind"] != "country":
            assert node["label"] == bodies[name]["name_en"]
            assert node.get("name_zh", "") == bodies[name]["name_zh"]
            assert node["kind"] == bodies[name]["kind"]


# Popolo


@pytest.fixture(scope="module")
def people_and_posts(built: Path) -> dict[str, list[dict[str, Any]]]:
    loaded: dict[str, list[dict[str, Any]]] = json.loads(
        (built / "popolo.json").read_text(encoding="utf-8")
    )
    return loaded


POPOLO = Draft202012Validator(
    json.loads((ROOT / "tests" / "popolo.schema.json").read_text(encoding="utf-8"))
)


def test_popolo_has_the_shape_of_the_specification(
    people_and_posts: dict[str, list[dict[str, Any]]],
) -> None:
    assert [error.message for error in POPOLO.iter_errors(people_and_posts)] == []


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("persons", {"birth_date": "1903~"}),
        ("persons", {"birth_day": "1903"}),
        ("persons", {"name": None}),
        ("memberships", {"person_id": None}),
        ("events", {"attendees": [{"role": "x"}]}),
        ("organizations", {"identifiers": [{"scheme": "wikidata"}]}),
        ("posts", {"organization_id": None}),
    ],
)
def test_the_shape_bites(
    people_and_posts: dict[str, list[dict[str, Any]]], kind: str, wrong: dict[str, Any]
) -> None:
    few = {name: objects[:1] for name, objects in people_and_posts.items()}
    assert POPOLO.is_valid(few)
    spoilt = {**few[kind][0], **wrong}
    few[kind] = [{name: value for name, value in spoilt.items() if value is not None}]
    assert not POPOLO.is_valid(few)


def test_popolo_says_what_the_tables_say(
    people_and_posts: dict[str, list[dict[str, Any]]], tables: dict[str, Expected]
) -> None:
    def same(kind: str, name: str, cells: dict[str, str]) -> None:
        """``cells`` maps properties to columns; a date may be told in two properties."""
        rows = tables[name].rows
        key = next(iter(tables[name].types))
        objects = {one["id"]: one for one in people_and_posts[kind]}
        for row in rows:
            one = objects[row[key]]
            for prop, column in cells.items():
                got = one.get(f"{prop}_edtf", one.get(prop, ""))
                assert got == row[column], (row[key], prop)

    same("areas", "countries", {"name": "name_en", "identifier": "iso2"})
    same("persons", "people", {"name": "name_en", "birth_date": "birth_date", "summary": "note"})
    cells = {"name": "name_en", "classification": "kind", "parent_id": "parent_id"}
    same(
        "organizations",
        "organizations",
        {**cells, "area_id": "country_id", "founding_date": "start_date"},
    )
    same("posts", "posts", {"label": "title_en", "role": "rank", "end_date": "end_date"})
    cells = {"person_id": "person_id", "post_id": "post_id", "start_date": "start_date"}
    same("memberships", "tenures", {**cells, "end_date": "end_date"})
    same("events", "contacts", {"name": "title", "classification": "kind", "end_date": "end_date"})
    same("events", "events", {"name": "title", "classification": "kind", "description": "note"})
    assert {kind: len(found) for kind, found in people_and_posts.items()} == {
        "areas": len(tables["countries"].rows),
        "persons": len(tables["people"].rows),
        "organizations": len(tables["organizations"].rows),
        "posts": len(tables["posts"].rows),
        "memberships": len(tables["tenures"].rows),
        "events": len(tables["contacts"].rows) + len(tables["events"].rows),
    }
    attended: dict[str, list[str]] = defaultdict(list)
    for row in tables["participants"].rows:
        attended[row["contact_id"]].append(row["organization_id"])
    cited = cited_addresses(tables)
    for event in people_and_posts["events"]:
        if "attendees" in event:
            named = [one.get("organization_id", "") for one in event["attendees"]]
            assert named == attended.pop(event["id"])
    assert not attended
    for kind in ("persons", "organizations", "memberships", "events"):
        for one in people_and_posts[kind]:
            assert {source["url"] for source in one.get("sources", [])} == cited[one["id"]]
    names = {
        (one["id"], other["name"])
        for kind in ("persons", "organizations")
        for one in people_and_posts[kind]
        for other in one.get("other_names", [])
    }
    subjects = {
        one["id"] for kind in ("persons", "organizations") for one in people_and_posts[kind]
    }
    for row in tables["names"].rows:
        assert row["subject_id"] not in subjects or (row["subject_id"], row["name"]) in names


def cited_addresses(tables: dict[str, Expected]) -> dict[str, set[str]]:
    addresses = {row["source_id"]: row["url"] for row in tables["sources"].rows}
    cited: dict[str, set[str]] = defaultdict(set)
    for row in tables["citations"].rows:
        if row["stance"] == "supports" and addresses[row["source_id"]]:
            cited[row["subject_id"]].add(addresses[row["source_id"]])
    return cited


@pytest.mark.parametrize(
    ("stated", "written"),
    [
        ("2019", {"start_date": "2019"}),
        ("2019-04-16", {"start_date": "2019-04-16"}),
        ("2019-04~", {"start_date": "2019-04", "start_date_edtf": "2019-04~"}),
        ("195X", {"start_date_edtf": "195X"}),
    ],
)
def test_popolo_dates_lose_nothing(stated: str, written: dict[str, str]) -> None:
    assert popolo.dated("start_date", stated) == written


# FollowTheMoney


def test_followthemoney_keeps_every_value(built: Path, tables: dict[str, Expected]) -> None:
    """Its library drops what it does not know or like, silently: in and out must be the same."""
    count: Counter[str] = Counter()
    ids: set[str] = set()
    pointed: set[str] = set()
    cited = cited_addresses(tables)
    for line in (built / "entities.ftm.json").read_text(encoding="utf-8").splitlines():
        given = json.loads(line)
        proxy = model.get_proxy(given, cleaned=False)
        taken = proxy.to_dict()["properties"]
        assert {name: sorted(values) for name, values in taken.items()} == {
            name: sorted(map(as_cleaned, values)) for name, values in given["properties"].items()
        }
        proxy.schema.validate(given)
        ids.add(given["id"])
        pointed |= {value for prop, value in proxy.itervalues() if prop.type.name == "entity"}
        count[proxy.schema.name] += 1
        assert set(proxy.get("sourceUrl")) == set(map(as_cleaned, cited[given["id"]]))
    assert pointed <= ids
    assert sum(count.values()) == sum(
        len(tables[name].rows)
        for name in ("people", "organizations", "posts", "tenures", "relations", "contacts")
    )
    assert count["Person"] == len(tables["people"].rows)
    assert count["Event"] == len(tables["contacts"].rows)


def as_cleaned(value: str) -> str:
    """The two changes that the library makes: an address gets the form that it has for all, such as
    ``/`` for no path; and joiners, which some scripts need, go."""
    if value.startswith(("http://", "https://")):
        return str(registry.url.clean(value))
    return re.sub("[\u200c\u200d]", "", value)


def test_followthemoney_knows_every_country(tables: dict[str, Expected]) -> None:
    for row in tables["countries"].rows:
        code = ftm.COUNTRIES.get(row["country_id"], row["iso2"].lower())
        assert registry.country.clean(code) == code, row["name_en"]


def test_followthemoney_drops_what_it_does_not_know() -> None:
    """What the comparison above is for."""
    given = {"id": "x", "schema": "Person", "properties": {"nam": ["X"], "birthDate": ["195X"]}}
    assert model.get_proxy(given, cleaned=False).to_dict()["properties"] == {}


# SQL


@pytest.mark.parametrize("engine", ["sqlite", "duckdb"])
def test_the_sql_schema_takes_every_row(
    built: Path, tables: dict[str, Expected], engine: str
) -> None:
    script = (built / "schema.sql").read_text(encoding="utf-8")
    database: Any = sqlite3.connect(":memory:") if engine == "sqlite" else duckdb.connect()
    if engine == "sqlite":
        database.executescript(script)
        database.execute("PRAGMA foreign_keys = ON")
    else:
        database.execute(script)
    order = re.findall(r'CREATE TABLE "([a-z_]+)"', script)
    own = [name for name in NAMES if not (built / "derived" / f"{name}.csv").exists()]
    assert sorted(order) == sorted(own)
    for name in order:
        types = tables[name].types
        # a body stands behind the one it is part of; DuckDB wants that in a statement before
        for rows in (
            generations(tables[name].rows) if name == "organizations" else [tables[name].rows]
        ):
            values = [[typed(row[one], kind) for one, kind in types.items()] for row in rows]
            if engine == "sqlite":
                marks = ", ".join("?" * len(types))
                database.executemany(f'INSERT INTO "{name}" VALUES ({marks})', values)
            else:
                frame = pd.DataFrame(values, columns=list(types), dtype=object)  # noqa: F841
                columns = ", ".join(f'CAST("{one}" AS VARCHAR)' for one in types)
                database.execute(f'INSERT INTO "{name}" SELECT {columns} FROM frame')
    for view in views.read_all():
        (count,) = database.execute(f"SELECT count(*) FROM {view.name}").fetchone()
        assert count == len(tables[view.name].rows)


def generations(rows: Rows) -> Iterator[Rows]:
    """The rows of organizations: those without a parent, those whose parent has come, and so on."""
    come = {""}
    while rows:
        yield [row for row in rows if row["parent_id"] in come]
        rows, old = [row for row in rows if row["parent_id"] not in come], rows
        come |= {row["organization_id"] for row in old if row not in rows}


def typed(text: str, kind: str) -> Any:
    if not text:
        return None
    if kind == "boolean":
        return text == "true"
    return int(text) if kind == "integer" else text


PAGE = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")


def test_every_format_and_derived_table_is_in_the_documentation() -> None:
    first_column = re.findall(r"^\| `(\w+)` \|", PAGE, re.M)
    for format in FORMATS:
        assert format.name in first_column
    for view in views.read_all():
        assert view.name in first_column


def test_the_documented_hash_comes_out(
    built: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    monkeypatch.chdir(built)
    exec(compile(code, "formats.md", "exec"), {})
    assert capsys.readouterr().out == "True\n"


def test_links_of_the_papers_lead_somewhere_in_the_release(built: Path) -> None:
    for paper in (built / "README.md", *(built / "docs").glob("*.md")):
        links = re.findall(r"\]\(([^)\s]+)\)", paper.read_text(encoding="utf-8"))
        for link in links:
            name, _, heading = link.partition("#")
            if "://" in name:
                continue
            target = paper.parent / name if name else paper
            assert target.is_file(), f"{paper.name}: {link}"
            if heading:
                text = target.read_text(encoding="utf-8")
                headings = re.findall(r"^#+ (.+)$", text, re.M)
                assert heading in [one.lower().replace(" ", "-") for one in headings], link


def test_cells_are_told_apart() -> None:
    assert cell(None, "string") == cell(float("nan"), "integer") == cell(pd.NaT, "date") == ""
    assert cell(date(2019, 4, 1), "date") == cell("2019-04-01", "date") == "2019-04-01"
    assert cell(0, "boolean") == "false" != cell(1.0, "boolean")
    with pytest.raises(AssertionError):
        cell(1, "string")
    with pytest.raises(AssertionError):
        cell(1.5, "integer")
