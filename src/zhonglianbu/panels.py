"""A user's table of countries or parties by year, joined to a panel."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .package import parse_csv

#: Usual names of the columns that identify a row, in lower case.
NAMES = {
    "country_id": ("country_id", "iso3", "iso3c", "iso_a3", "iso", "code", "country_text_id"),
    "cow": ("cow", "cowcode", "ccode", "cown"),
    "partyfacts_id": ("partyfacts_id", "pf_party_id", "pf_id"),
    "organization_id": ("organization_id",),
    "year": ("year",),
}


def join_table(
    columns: Mapping[str, str],
    rows: list[dict[str, Any]],
    theirs: Any,
    on: Mapping[str, str] | None,
) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Columns with types, and rows, of a panel to which a table was joined from the left.

    Raises:
        ValueError: the table has no key, a key twice, a column that the panel has, or no row that
            meets one of the panel.
    """
    others = _rows(theirs)
    if not others:
        raise ValueError("the table to join has no rows")
    named = list(others[0])
    keys = dict(on) if on is not None else _keys(named, columns)
    for mine, other in keys.items():
        if mine not in named:
            raise ValueError(f"the table to join has no column {mine!r}: {', '.join(named)}")
        if other not in columns:
            raise ValueError(f"the panel has no column {other!r}: {', '.join(columns)}")
    rest = [name for name in named if name not in keys]
    taken = [name for name in rest if name in columns]
    if taken:
        raise ValueError(f"both have the column {taken[0]!r}: rename yours")
    found: dict[tuple[str, ...], Mapping[str, Any]] = {}
    for row in others:
        key = tuple(_text(row[name]) for name in keys)
        if key in found:
            raise ValueError(f"the table to join has two rows for {', '.join(key)}")
        if all(key):
            found[key] = row
    blank = dict.fromkeys(rest)
    met = 0
    joined = []
    for row in rows:
        key = tuple(_text(row[name]) for name in keys.values())
        other_row = found.get(key) if row["coverage"] != "absent" else None
        met += other_row is not None
        joined.append(row | ({name: other_row[name] for name in rest} if other_row else blank))
    if not met:
        one = next(iter(found), ())
        raise ValueError(f"no row meets one of the panel by {', '.join(keys.values())}, as {one}")
    return {**columns, **{name: _kind(joined, name) for name in rest}}, joined


def _keys(named: list[str], columns: Mapping[str, str]) -> dict[str, str]:
    """Columns of the table that identify a row, each with that of the panel."""
    keys = {}
    for wanted in (("organization_id", "partyfacts_id", "country_id", "cow"), ("year",)):
        usable = [one for one in wanted if one in columns]
        if "organization_id" in columns and wanted != ("year",):
            usable = ["organization_id", "partyfacts_id"]
        pairs = [(name, one) for one in usable for name in named if name.lower() in NAMES[one]]
        if not pairs:
            names = ", ".join(name for one in usable for name in NAMES[one])
            raise ValueError(f"the table to join has none of the columns {names}: say which by on")
        keys[pairs[0][0]] = pairs[0][1]
    return keys


def _rows(theirs: Any) -> list[dict[str, Any]]:
    """Rows of a CSV file, of a pandas or polars data frame, or of a sequence of mappings."""
    if isinstance(theirs, str | Path):
        return _with_numbers(parse_csv(Path(theirs).read_text(encoding="utf-8-sig")))
    if hasattr(theirs, "to_dicts"):
        return list(theirs.to_dicts())
    if hasattr(theirs, "to_dict"):
        records = theirs.to_dict("records")
        return [{name: _plain(value) for name, value in row.items()} for row in records]
    return [dict(row) for row in theirs]


def _with_numbers(rows: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Columns of text that hold nothing but numbers as numbers; blank cells as None."""
    out: list[dict[str, Any]] = [dict(row) for row in rows]
    for name in rows[0] if rows else ():
        for kind in (int, float, str):
            try:
                values = [kind(row[name]) if row[name] else None for row in rows]
            except ValueError:
                continue
            for row, value in zip(out, values, strict=True):
                row[name] = value
            break
    return out


def _plain(value: Any) -> Any:
    """A cell of a data frame as Python has it; what pandas takes for missing as None."""
    if type(value).__name__ in ("NAType", "NaTType") or value != value:
        return None
    return value.item() if hasattr(value, "item") else value


def _text(value: Any) -> str:
    """A key as text, alike for 2, 2.0 and "2"."""
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _kind(rows: list[dict[str, Any]], name: str) -> str:
    kinds = {type(row[name]) for row in rows if row[name] is not None}
    if kinds == {bool}:
        return "boolean"
    if kinds == {int}:
        return "integer"
    if kinds <= {int, float}:
        return "number"
    for row in rows:
        row[name] = None if row[name] is None else str(row[name])
    return "string"
