"""One SQLite file: STRICT tables with primary, unique and foreign keys, indexes, views, hashes."""

from __future__ import annotations

import sqlite3
from datetime import date
from typing import Any

from .. import views
from ..gate.tables import quote
from .base import Column, Format, Release
from .ddl import create_table, in_order

#: SQLite has no booleans (0 and 1) and no dates (ISO text).
TYPES = {"string": "TEXT", "integer": "INTEGER", "boolean": "INTEGER", "date": "TEXT"}


def write(release: Release) -> None:
    connection = sqlite3.connect(release.target / "zhonglianbu.sqlite", isolation_level=None)
    try:
        # a file that is written once and renamed as a whole needs no journal
        for statement in ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", "BEGIN"):
            connection.execute(statement)
        _fill(connection, release)
        for statement in ("COMMIT", "PRAGMA user_version = 1", "VACUUM"):
            connection.execute(statement)
    finally:
        connection.close()


def _fill(connection: sqlite3.Connection, release: Release) -> None:
    connection.execute(
        "CREATE TABLE about (name TEXT, title TEXT, version TEXT, as_of TEXT, license TEXT) STRICT"
    )
    connection.execute("INSERT INTO about VALUES (?, ?, ?, ?, ?)", [*release.about.values()])
    connection.execute(
        "CREATE TABLE content_hashes (name TEXT PRIMARY KEY, rows INTEGER, sha256 TEXT) STRICT"
    )
    for table in in_order(release.tables):
        connection.execute(create_table(table, declared, " STRICT"))
        marks = ", ".join("?" * len(table.columns))
        dated = any(column.type == "date" for column in table.columns)
        count = 0
        for rows in release.chunks(table.name):
            count += len(rows)
            connection.executemany(
                f"INSERT INTO {quote(table.name)} VALUES ({marks})",
                [tuple(map(_stored, row)) for row in rows] if dated else rows,
            )
        for fields, target, _ in table.foreign_keys:
            if target != "ids" and fields != table.key:
                name = quote(f"{table.name}_{fields[0]}")
                columns = ", ".join(map(quote, fields))
                connection.execute(f"CREATE INDEX {name} ON {quote(table.name)} ({columns})")
        values = (table.name, count, release.content_hash(table))
        connection.execute("INSERT INTO content_hashes VALUES (?, ?, ?)", values)
    connection.execute("CREATE INDEX citations_subject_id ON citations (subject_id)")
    for view in views.read_all():
        connection.execute(view.create)


def declared(column: Column) -> str:
    """How a column is declared in SQLite."""
    check = f" CHECK ({quote(column.name)} IN (0, 1))" if column.type == "boolean" else ""
    return TYPES[column.type] + check


def _stored(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


FORMAT = Format(
    "sqlite", "SQLite with keys and views", {".sqlite": "application/vnd.sqlite3"}, write
)
