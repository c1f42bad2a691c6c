"""The tables as SQL: ``schema.sql`` in standard types, and what the SQLite file is made with."""

from __future__ import annotations

from collections.abc import Callable
from graphlib import TopologicalSorter

from .. import views
from ..gate.tables import quote, text
from .base import SQL_TYPES, Column, Format, Release, Table


def create_table(table: Table, declared: Callable[[Column], str], ending: str = "") -> str:
    """The statement that makes a table, with its keys; ``declared`` gives a column's type."""
    parts = [
        f"{quote(column.name)} {declared(column)}{' NOT NULL' if column.required else ''}"
        for column in table.columns
    ]
    parts.append(f"PRIMARY KEY ({_names(table.key)})")
    parts += [f"UNIQUE ({_names(unique)})" for unique in table.unique_keys]
    parts += [
        f"FOREIGN KEY ({_names(fields)}) REFERENCES {quote(target)} ({_names(others)})"
        for fields, target, others in table.foreign_keys
    ]
    body = ",\n  ".join(parts)
    return f"CREATE TABLE {quote(table.name)} (\n  {body}\n){ending}"


def in_order(tables: list[Table]) -> list[Table]:
    """The tables, each behind those it refers to."""
    named = {table.name: table for table in tables}
    reads = {
        table.name: [target for _, target, _ in table.foreign_keys if target != table.name]
        for table in tables
    }
    return [named[name] for name in TopologicalSorter(reads).static_order()]


def write(release: Release) -> None:
    statements = [
        f"-- {release.about['title']}, version {release.about['version']}.\n"
        "-- Tables with their keys, then the views; made from the schemas.\n"
        f"CREATE TABLE about (name VARCHAR, title VARCHAR, version VARCHAR, as_of DATE, "
        "license VARCHAR)",
        f"INSERT INTO about VALUES ({', '.join(map(text, release.about.values()))})",
    ]
    for table in in_order(release.tables):
        create = create_table(table, lambda column: SQL_TYPES[column.type])
        statements.append(f"-- {table.description}\n{create}")
    for view in views.read_all():
        statements.append(f"-- {view.description}\n{view.create}")
    content = ";\n\n".join(statements) + ";\n"
    (release.target / "schema.sql").write_text(content, encoding="utf-8")


def _names(fields: list[str]) -> str:
    return ", ".join(map(quote, fields))


FORMAT = Format("sql", "Tables, keys and views as SQL", {".sql": "application/sql"}, write)
