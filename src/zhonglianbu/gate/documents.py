"""Layer 4, documents: JSON against its JSON Schema, and what it refers to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb

from ..package import Package, PackageError, read_json
from .descriptor import against
from .findings import Finding
from .tables import ask, text


def check(package: Package, database: duckdb.DuckDBPyConnection, sound: set[str]) -> list[Finding]:
    """Findings on each JSON document of the package."""
    found: list[Finding] = []
    for resource in package.documents:
        try:
            document = read_json(resource.path)
        except PackageError as error:
            found.append(Finding(resource.relative, 0, 0, "document", str(error), "mend the JSON"))
            continue
        if resource.schema_path:
            found += against(package, document, resource.relative, resource.schema_path, "document")
        if {"ids", "citations"} <= sound:
            found += _references(database, resource.relative, document)
    return found


def _references(database: duckdb.DuckDBPyConnection, file: str, document: Any) -> list[Finding]:
    """Every ``id`` and every entry of ``citations`` in a document must stand in its table."""
    wanted = list(_walk(document))
    known: dict[str, set[str]] = {}
    for table, column in (("ids", "id"), ("citations", "citation_id")):
        values = sorted({value for _, target, value in wanted if target == table})
        listed = ", ".join(map(text, values)) or "NULL"
        rows = ask(database, f"SELECT {column} FROM {table} WHERE {column} IN ({listed})")
        known[table] = {row[0] for row in rows}
    return [
        Finding(
            file, 0, 0, "document-reference", f"{pointer}: {value!r} is not in {table}", "mend it"
        )
        for pointer, table, value in wanted
        if value not in known[table]
    ]


def _walk(value: Any, pointer: str = "") -> Iterator[tuple[str, str, str]]:
    """Each reference of a document as (pointer, table, id)."""
    if isinstance(value, dict):
        for key, inner in value.items():
            here = f"{pointer}/{key}"
            if key == "id" and isinstance(inner, str):
                yield here, "ids", inner
            elif key == "citations" and isinstance(inner, list):
                for index, one in enumerate(inner):
                    yield f"{here}/{index}", "citations", str(one)
            else:
                yield from _walk(inner, here)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _walk(inner, f"{pointer}/{index}")
