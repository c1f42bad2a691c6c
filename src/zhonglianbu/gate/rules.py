"""Layer 5, meaning: the SQL files of ``rules/``, each selecting the rows that break it.

A rule begins with a comment of four entries, which is its documentation::

    -- title: a sentence that must be true
    -- severity: error or warning
    -- why: why it must be
    -- hint: what to do

and selects ``resource, line, field, detail``: table, line in its file, field, and what is wrong.
The code of a rule is its file's name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ..package import JSON, Package, PackageError, read_json
from . import floors
from .findings import Finding, Lines
from .tables import ask, quote, text

_ENTRY = re.compile(r"^-- (title|severity|why|hint): (.+)$")


@dataclass(frozen=True)
class Rule:
    code: str
    title: str
    severity: str
    why: str
    hint: str
    sql: str


def read(path: Path) -> Rule:
    """Read one rule.

    Raises:
        ValueError: an entry of the head is missing, or the severity is neither of the two.
    """
    sql = path.read_text(encoding="utf-8")
    head = {match[1]: match[2] for line in sql.split("\n") if (match := _ENTRY.match(line))}
    missing = [key for key in ("title", "severity", "why", "hint") if key not in head]
    if missing or head["severity"] not in ("error", "warning"):
        raise ValueError(f"the head of {path.name} lacks {', '.join(missing) or 'a severity'}")
    return Rule(path.stem, head["title"], head["severity"], head["why"], head["hint"], sql)


def read_all(folder: Path) -> list[Rule]:
    """All rules of a folder, by code."""
    return [read(path) for path in sorted(folder.glob("*.sql"))]


def check(
    package: Package, database: duckdb.DuckDBPyConnection, folder: Path, sound: set[str]
) -> list[Finding]:
    """Findings of every rule, but those that ask a table whose rows cannot be trusted."""
    _views(package, database, sound)
    for view, sql in floors.views(package, folder, sound).items():
        database.execute(f"CREATE VIEW {view} AS {sql}")
    found: list[Finding] = []
    lines = Lines()
    broken = [name for name in package.table_names if name not in sound]
    for rule in read_all(folder):
        if any(re.search(rf"\b{name}\b", rule.sql) for name in broken):
            continue  # it would only repeat what is wrong with that table
        try:
            broken_by = ask(database, rule.sql)
        except duckdb.Error as error:
            reason = str(error).split("\n", 1)[0]
            place = f"{folder.name}/{rule.code}.sql"
            found.append(Finding(place, 0, 0, rule.code, f"cannot be asked: {reason}"))
            continue
        for resource_name, line, field, detail in broken_by:
            resource = package[resource_name]
            column = lines.column(resource, line, field) if field and line else 0
            found.append(
                Finding(
                    resource.relative, line, column, rule.code, detail, rule.hint, rule.severity
                )
            )
    return found


def _views(package: Package, database: duckdb.DuckDBPyConnection, sound: set[str]) -> None:
    """What the rules need of the schemas and the descriptor, as tables.

    ``_field(resource, field, vocabulary)``; ``_code(vocabulary, code, reserved)`` as the
    vocabularies have them and ``_used(vocabulary, code)`` as the tables use them, of those of which
    every table is sound;
    ``_row(resource, line, id, entity_type, cited)`` with every row that has an id of its own, and
    ``_doubtful(entity_type)`` with the types whose ids may not be just those of their rows;
    ``_reference(resource, line, field, id)`` with every cell that points at an id;
    ``_span(resource, line, first, last)`` with every row that has a start and an end;
    ``_as_of(day)``.
    """
    fields, used, rows, references, spans = [], [], [], [], []
    unknown = {
        field.get("vocabulary")
        for table in package.tables
        for field in table.fields
        if table.name not in sound
    }
    for resource in package.tables:
        name, label = quote(resource.name), text(resource.name)
        for field in resource.fields:
            vocabulary = text(field["vocabulary"]) if "vocabulary" in field else "NULL"
            fields.append(f"SELECT {label}, {text(field['name'])}, {vocabulary}")
            if vocabulary != "NULL":
                used.append(f"SELECT DISTINCT {vocabulary}, {quote(field['name'])} FROM {name}")
        if {"start_date", "end_date"} <= set(resource.field_names):
            spans.append(f"SELECT {label}, _line, start_date, end_date FROM {name}")
        for names, target, _ in resource.foreign_keys:
            column = quote(names[0])
            if target == "ids" and names == resource.primary_key:
                cited = str(bool(resource.schema.get("cited"))).lower()
                kind = text(resource.schema.get("entity_type", ""))
                rows.append(f"SELECT {label}, _line, {column}, {kind}, {cited} FROM {name}")
            else:
                references.append(
                    f"SELECT {label}, _line, {text(names[0])}, {column} FROM {name} "
                    f"WHERE {column} IS NOT NULL"
                )
    codes = [
        f"SELECT {text(vocabulary['name'])}, {text(code['code'])}, "
        f"{str(bool(code.get('reserved'))).lower()}"
        for vocabulary in _vocabularies(package)
        if vocabulary["name"] not in unknown
        for code in vocabulary["codes"]
    ]
    as_of = [f"SELECT TRY_CAST({text(str(package.descriptor.get('as_of')))} AS DATE)"]
    for view, columns, selects in (
        ("_field", "resource, field, vocabulary", fields),
        ("_code", "vocabulary, code, reserved", codes),
        ("_used", "vocabulary, code", used),
        ("_row", "resource, line, id, entity_type, cited", rows),
        ("_reference", "resource, line, field, id", references),
        ("_span", "resource, line, first, last", spans),
        ("_as_of", "day", as_of),
    ):
        nothing = f"SELECT {', '.join(['NULL'] * len(columns.split(',')))} WHERE false"
        union = " UNION ALL ".join(selects or [nothing])
        # the views over the schemas are small and asked for every row: they are made once
        kind = "TABLE" if view in ("_field", "_code", "_used", "_as_of") else "VIEW"
        ask(database, f"CREATE {kind} {view} AS SELECT * FROM ({union}) AS v({columns})")


def _vocabularies(package: Package) -> list[JSON]:
    try:
        return list(read_json(package["vocabularies"].path)["vocabularies"])
    except (KeyError, PackageError):
        return []  # the document's own findings say why
