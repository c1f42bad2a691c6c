"""Tables derived from the package's own, each one SQL file in this folder.

A file selects the rows; the comment at its head says what they are, in the terms of a Table Schema:

    -- title: Contacts with parties
    -- description: One row per counted contact and foreign party.
    -- key: contact_id, organization_id
    -- contact_id string: Id of the contact.

The SQL is what DuckDB and SQLite both take. It reads the typed tables: each field of the CSV, whole
numbers and booleans as such (0 and 1 in SQLite), behind each date its ``_min`` and ``_max`` (ISO
text in SQLite), and ``about``, one row with ``name, title, version, as_of, license``. A view may
read other views.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from importlib.resources import files

from ..package import JSON

_HEAD = re.compile(r"-- (title|description|key): (.+)")
_FIELD = re.compile(r"-- ([a-z][a-z0-9_]*) (string|integer|boolean|date): (.+)")


@dataclass(frozen=True)
class View:
    """A derived table: its name, what it is, its key, its fields and the query."""

    name: str
    title: str
    description: str
    key: list[str]
    fields: list[JSON]
    sql: str

    @property
    def create(self) -> str:
        """The statement that makes the view, for DuckDB and SQLite."""
        return f'CREATE VIEW "{self.name}" AS\n{self.sql}'

    @property
    def schema(self) -> JSON:
        """Its Table Schema."""
        return {
            "title": self.title,
            "description": self.description,
            "fields": self.fields,
            "primaryKey": self.key,
            "missingValues": [""],
        }


def parse(name: str, text: str) -> View:
    """Read the text of a view's file.

    Raises:
        ValueError: a line of the comment at the head is of neither form, or title, description,
            key or every field is missing.
    """
    lines = text.splitlines()
    count = next((n for n, line in enumerate(lines) if not line.startswith("--")), len(lines))
    head: dict[str, str] = {}
    fields: list[JSON] = []
    for number, line in enumerate(lines[:count], 1):
        if match := _HEAD.fullmatch(line):
            head[match[1]] = match[2]
        elif match := _FIELD.fullmatch(line):
            fields.append({"name": match[1], "type": match[2], "description": match[3]})
        else:
            raise ValueError(
                f"{name}.sql:{number}: neither «-- key: text» nor «-- field type: text»"
            )
    if set(head) != {"title", "description", "key"} or not fields:
        raise ValueError(f"{name}.sql: title, description, key and fields must stand at its head")
    return View(
        name,
        head["title"],
        head["description"],
        head["key"].split(", "),
        fields,
        "\n".join(lines[count:]).strip().removesuffix(";"),
    )


@cache
def read_all() -> tuple[View, ...]:
    """Every view, each behind those that it reads."""
    found = {
        entry.name.removesuffix(".sql"): entry.read_text(encoding="utf-8")
        for entry in files(__name__).iterdir()
        if entry.name.endswith(".sql")
    }
    views = {name: parse(name, text) for name, text in sorted(found.items())}
    reads = {
        name: [other for other in views if re.search(rf"\b{other}\b", view.sql)]
        for name, view in views.items()
    }
    return tuple(views[name] for name in TopologicalSorter(reads).static_order())
