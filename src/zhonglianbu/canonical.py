"""The one way a table is written: NFC, LF, trimmed, minimal quotes, sorted by its key."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from .package import Resource, parse_csv, write_csv

#: Spaces that look like one; in a cell each becomes a plain space.
_SPACES = re.compile("[\t\u00a0\u2000-\u200a\u202f\u205f\u3000]")


def cell(text: str) -> str:
    """A cell as it is to be written. Nothing but what has one right answer is changed."""
    text = unicodedata.normalize("NFC", text)
    text = _SPACES.sub(" ", text.replace("\r\n", "\n"))
    return re.sub(" {2,}", " ", text).strip()


def sort_key(resource: Resource) -> Callable[[dict[str, str]], tuple[tuple[bool, int, str], ...]]:
    """A key function that orders rows by the primary key, whole numbers as numbers."""
    types = {field["name"]: field["type"] for field in resource.fields}
    names = resource.primary_key

    def key(row: dict[str, str]) -> tuple[tuple[bool, int, str], ...]:
        parts = []
        for name in names:
            value = row[name]
            if types[name] == "integer" and value.isascii() and value.isdigit():
                parts.append((False, int(value), ""))
            else:
                parts.append((True, 0, value))
        return tuple(parts)

    return key


def table(text: str, resource: Resource) -> str:
    """The text of a table in canonical form.

    Columns are put in the order of the schema when the header has just its names.

    Raises:
        ValueError: the text is no table with this header (ragged, unclosed quote, other names).
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    rows = parse_csv(text)
    header = text.split("\n", 1)[0].split(",")
    names = resource.field_names
    if sorted(header) != sorted(names):
        raise ValueError(f"the header must be {','.join(names)}")
    clean = [{name: cell(row[name]) for name in names} for row in rows]
    clean.sort(key=sort_key(resource))
    return write_csv(names, [[row[name] for name in names] for row in clean])
