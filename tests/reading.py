"""What the tables hold, told by other means than the release's own, to compare each format with."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zhonglianbu import dates

Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Expected:
    """A table as text: types of its columns by name, its rows, and its hash by the descriptor."""

    name: str
    types: dict[str, str]
    bounds: list[str]
    rows: Rows
    sha256: str

    def text(self, rows: list[dict[str, Any]]) -> Rows:
        """Rows as a program gives them, as the text of their cells."""
        return [{name: cell(row[name], kind) for name, kind in self.types.items()} for row in rows]

    def check(self, rows: list[dict[str, Any]]) -> None:
        """Every cell is that of the table, and the content hash comes out again."""
        as_text = self.text(rows)
        assert len(as_text) == len(self.rows)
        for number, (got, wanted) in enumerate(zip(as_text, self.rows, strict=True), 2):
            assert got == wanted, f"{self.name}, line {number}"
        assert content_hash(as_text, [one for one in self.types if one not in self.bounds]) == (
            self.sha256
        )


def cell(value: Any, kind: str) -> str:
    """A value of a program as the cell of the CSV; whatever it has for missing is blank."""
    if value is None or value != value or str(value) in ("NaT", "<NA>"):
        return ""
    if kind == "string":
        assert isinstance(value, str)
        return value
    if kind == "boolean":
        assert value in (0, 1)
        return "true" if value else "false"
    if kind == "integer":
        assert int(value) == value
        return str(int(value))
    return value[:10] if isinstance(value, str) else str(value.isoformat())[:10]


def content_hash(rows: Rows, header: list[str]) -> str:
    """SHA-256 of the rows as canonical CSV."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, header, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return hashlib.sha256(buffer.getvalue().encode("utf-8")).hexdigest()


def expected(root: Path) -> dict[str, Expected]:
    """Every table and every view of a release, from its CSV files and Table Schemas."""
    found = {}
    for descriptor in (root / "datapackage.json", root / "derived" / "datapackage.json"):
        for meta in json.loads(descriptor.read_text(encoding="utf-8"))["resources"]:
            if meta.get("type") == "table":
                found[meta["name"]] = _expected(meta, descriptor.parent)
    return found


def _expected(meta: dict[str, Any], root: Path) -> Expected:
    schema = meta["schema"]
    if isinstance(schema, str):
        schema = json.loads((root / schema).read_text(encoding="utf-8"))
    types: dict[str, str] = {}
    bounds: list[str] = []
    dated: list[str] = []
    for field in schema["fields"]:
        types[field["name"]] = field["type"]
        if field.get("constraints", {}).get("pattern") == dates.PATTERN:
            dated.append(field["name"])
            for end in ("min", "max"):
                types[f"{field['name']}_{end}"] = "date"
                bounds.append(f"{field['name']}_{end}")
    with (root / meta["path"]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        for name in dated:
            first, last = dates.bounds(row[name]) if row[name] else ("", "")
            row[f"{name}_min"], row[f"{name}_max"] = str(first), str(last)
    return Expected(meta["name"], types, bounds, rows, meta["hash"].removeprefix("sha256:"))
