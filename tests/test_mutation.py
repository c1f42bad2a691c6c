"""The real package, broken on purpose: every constraint of every field, at random rows.

The mutants are made from the schemas alone. Those of one sort are put in together, each in a row
of its own, so that one run of the gate judges them all: each must be reported in its file, at its
line, by its code. None is excused.
"""

from __future__ import annotations

import csv
import random
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import ROOT
from zhonglianbu import dates, gate
from zhonglianbu.package import JSON, Package, Resource

Rows = list[list[str]]
#: (field, cell as it is, schema of the field) -> the broken cell, or None where it does not apply.
Breaker = Callable[[Resource, JSON, str], str | None]
SEED = 20261125


def required(table: Resource, field: JSON, cell: str) -> str | None:
    return "" if field.get("constraints", {}).get("required") else None


def type_(table: Resource, field: JSON, cell: str) -> str | None:
    return {"integer": "1_000", "boolean": "True"}.get(field["type"])


def enum(table: Resource, field: JSON, cell: str) -> str | None:
    return "no-such-code" if "enum" in field.get("constraints", {}) else None


def pattern(table: Resource, field: JSON, cell: str) -> str | None:
    return "9999/x" if "pattern" in field.get("constraints", {}) else None


def date(table: Resource, field: JSON, cell: str) -> str | None:
    is_date = field.get("constraints", {}).get("pattern") == dates.PATTERN
    return "2023-02-30" if is_date else None


def range_(table: Resource, field: JSON, cell: str) -> str | None:
    constraints = field.get("constraints", {})
    if "maximum" in constraints:
        return str(constraints["maximum"] + 1)
    return str(constraints["minimum"] - 1) if "minimum" in constraints else None


def format_(table: Resource, field: JSON, cell: str) -> str | None:
    return "www.example.org" if field.get("format") == "uri" else None


def foreign_key(table: Resource, field: JSON, cell: str) -> str | None:
    refers = any(fields == [field["name"]] for fields, _, _ in table.foreign_keys)
    if not refers:
        return None
    country = field["constraints"]["pattern"] == "([A-Z]{3})"
    name = f"no-such-{table.name}-{field['name']}".replace("_", "-")
    if country:
        return "ZZY" if field["name"] in table.primary_key else "ZZZ"
    return name


def stray(letter: str) -> Breaker:
    def broken(table: Resource, field: JSON, cell: str) -> str | None:
        return f"{cell[:1]}{letter}{cell[1:]}" if cell else None

    return broken


def free_text(new: Callable[[str], str]) -> Breaker:
    def broken(table: Resource, field: JSON, cell: str) -> str | None:
        free = not {"enum", "pattern"} & set(field.get("constraints", {}))
        return new(cell) if cell and free and field["type"] == "string" else None

    return broken


SORTS: list[tuple[str, Breaker]] = [
    ("required", required),
    ("type", type_),
    ("enum", enum),
    ("pattern", pattern),
    ("date", date),
    ("range", range_),
    ("format", format_),
    ("foreign-key", foreign_key),
    ("bytes-character", stray("\u200b")),
    ("bytes-character", stray("\u202e")),
    ("bytes-character", stray("\x07")),
    ("bytes-character", stray("\u00a0")),
    ("bytes-nfc", stray("e\u0301")),
    ("cell-space", stray("  ")),
    ("cell-space", free_text(lambda cell: cell + " ")),
    ("cell-na", free_text(lambda cell: "n/a")),
    ("cell-formula", free_text(lambda cell: "=" + cell)),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for folder in ("data", "schemas", "rules"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copyfile(ROOT / "datapackage.json", tmp_path / "datapackage.json")
    return tmp_path


def read(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def write(path: Path, rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def places(rows: Rows, chance: random.Random) -> Iterator[int]:
    """Indexes of rows below the header in random order, each once."""
    order = list(range(1, len(rows)))
    chance.shuffle(order)
    return iter(order)


@pytest.mark.parametrize(
    ("code", "breaker"), SORTS, ids=[f"{number}-{code}" for number, (code, _) in enumerate(SORTS)]
)
def test_every_field_broken_is_reported(copy: Path, code: str, breaker: Breaker) -> None:
    chance = random.Random(SEED)
    expected = set()
    for table in Package(copy).tables:
        rows = read(table.path)
        free_rows = places(rows, chance)
        for index, field in enumerate(table.fields):
            # a row where the breaker applies: most need a filled cell
            for place in free_rows:
                broken = breaker(table, field, rows[place][index])
                if broken is not None and broken != rows[place][index]:
                    rows[place][index] = broken
                    expected.add((table.relative, place + 1, code))
                    break
                if breaker(table, field, "x") is None:
                    break
        write(table.path, rows)
    assert len(expected) >= 3
    found = {(one.file, one.line, one.code) for one in gate.run(copy)}
    missed = expected - found
    print(f"{code}: {len(expected) - len(missed)} of {len(expected)} mutants reported")
    assert missed == set()


@pytest.mark.parametrize("code", ["primary-key", "csv-order", "csv-structure", "csv-header"])
def test_every_table_broken_is_reported(copy: Path, code: str) -> None:
    chance = random.Random(SEED)
    expected = set()
    for table in Package(copy).tables:
        rows = read(table.path)
        place = chance.randrange(2, len(rows)) if len(rows) > 2 else 1
        if code == "primary-key":
            rows.insert(place + 1, list(rows[place]))
            expected.add((table.relative, place + 2, code))
        elif code == "csv-order" and len(rows) > 2:
            rows[place], rows[place - 1] = rows[place - 1], rows[place]
            expected.add((table.relative, place + 1, code))
        elif code == "csv-structure":
            rows[place] = rows[place][:-1]
            expected.add((table.relative, place + 1, code))
        elif code == "csv-header":
            rows[0][0], rows[0][1] = rows[0][1], rows[0][0]
            expected.add((table.relative, 1, code))
        write(table.path, rows)
    found = {(one.file, one.line, one.code) for one in gate.run(copy)}
    assert expected - found == set()
    assert len(expected) >= 15


@pytest.mark.parametrize(
    ("code", "spoil"),
    [
        ("bytes-bom", lambda data: b"\xef\xbb\xbf" + data),
        ("bytes-line-ends", lambda data: data.replace(b"\n", b"\r\n")),
        ("bytes-line-ends", lambda data: data[:-1]),
        ("bytes-utf8", lambda data: data.decode().encode("utf-16")),
        ("bytes-utf8", lambda data: data[:-2] + b"\xe4\xb8" + data[-2:]),
        ("csv-header", lambda data: data.replace(b",", b";")),
        ("csv-structure", lambda data: data + b"\n"),
        ("csv-format", lambda data: re.sub(rb"\n([A-Za-z0-9-]+),", rb'\n"\1",', data, count=1)),
        ("csv-structure", lambda data: data + b"<<<<<<< ours\n=======\n>>>>>>> theirs\n"),
    ],
)
def test_every_file_spoilt_is_reported(
    copy: Path, code: str, spoil: Callable[[bytes], bytes]
) -> None:
    tables = Package(copy).tables
    for table in tables:
        table.path.write_bytes(spoil(table.path.read_bytes()))
    found = {(one.file, one.code) for one in gate.run(copy)}
    assert {(table.relative, code) for table in tables} - found == set()
