"""What changed between two packages, by meaning: tables, fields, codes, ids, rows, cells.

Each change has an operation, and each operation the least bump of the version that it asks for
(``OPERATIONS``). Rows are matched by their key wherever they stand in the file, and only those that
differ leave the database.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from typing import Any

import duckdb
from packaging.version import Version

from . import views
from .gate.tables import quote, scan
from .package import JSON, Package, PackageError, Resource, read_json, write_csv

#: Bumps from least to most.
LEVELS = ("none", "patch", "minor", "major")

#: Each operation: the bump that it asks for, and what it is.
OPERATIONS = {
    "table-removed": ("major", "a table is gone"),
    "table-renamed": ("major", "a table with the same fields has another name"),
    "table-moved": ("major", "a table's file has another path, dialect, format or encoding"),
    "table-added": ("minor", "a new table"),
    "table-described": ("patch", "a table's title or description is worded anew"),
    "key-changed": ("major", "the primary key of a table is another"),
    "field-removed": ("major", "a field is gone"),
    "field-renamed": ("major", "a field with the same meaning has another name"),
    "field-moved": ("major", "the fields are in another order"),
    "field-inserted": ("major", "a new field stands before old ones, `note` apart"),
    "field-retyped": ("major", "a field has another type or format"),
    "field-added": ("minor", "a new last field, or the last before `note`"),
    "constraint-changed": ("minor", "a field or table is constrained otherwise, codes apart"),
    "field-described": ("patch", "a field's title, description or example is worded anew"),
    "code-removed": ("major", "a code is gone"),
    "code-renamed": ("major", "a code with the same label or definition is written otherwise"),
    "code-added": ("minor", "a new code"),
    "code-described": ("patch", "a code's label, definition or example is worded anew"),
    "id-lost": ("major", "an id is gone without a trace: refused under every version"),
    "id-renamed": ("major", "the row of a lost id has another: refused under every version"),
    "id-withdrawn": ("major", "an id is withdrawn, with a reason and without successor"),
    "id-retyped": ("major", "an id stands for another type of thing"),
    "id-merged": ("minor", "an id is merged into its successor"),
    "id-revived": ("minor", "an id that had been merged or withdrawn is active again"),
    "id-added": ("minor", "a new id"),
    "row-added": ("minor", "a new row"),
    "row-removed": ("minor", "a row is gone; what became of its id, if it has one, is told apart"),
    "cell-changed": ("patch", "a cell has another value"),
    "value-changed": ("patch", "a value of a document is another, new or gone"),
    "licence-changed": ("major", "the licence is another"),
    "package-described": ("patch", "title, description or the like of the package is another"),
}

#: Operations by which users lose an id for good.
REFUSED = ("id-lost", "id-renamed")

#: Properties of a field that only describe it.
_WORDING = ("title", "description", "example", "blank")


@dataclass(frozen=True)
class Change:
    """One change.

    Attributes:
        op: one of ``OPERATIONS``.
        table: the resource; for codes ``vocabularies``; empty for the package as a whole.
        id: the row's key, joined by ``/``; of codes their vocabulary; of documents a JSON pointer.
        field: the field or code.
        old: what was there.
        new: what is there.
        reason: why, where the packages say so.
    """

    op: str
    table: str = ""
    id: str = ""
    field: str = ""
    old: str = ""
    new: str = ""
    reason: str = ""

    @property
    def level(self) -> str:
        return OPERATIONS[self.op][0]


COLUMNS = [field.name for field in fields(Change)]


def compare(old: Package, new: Package) -> list[Change]:
    """Every change from ``old`` to ``new``: structure first, then table by table.

    Raises:
        PackageError: a table or document of either cannot be read.
    """
    changes = [*_descriptor(old, new), *_codes(old, new), *_documents(old, new)]
    changes += _derived(old, new)
    retired = {
        row["id"]: row["reason"] or f"{row['status']} {row['replaced_by']}".strip()
        for row in (new["ids"].checked_rows() if "ids" in {one.name for one in new.tables} else [])
        if row["status"] != "active"
    }
    renamed_codes = {change.old: change.new for change in changes if change.op == "code-renamed"}
    with duckdb.connect() as database:
        for before, after in _tables(old, new, changes):
            try:
                changes += _table(database, before, after, retired, renamed_codes)
            except duckdb.Error as error:
                where = f"{before.path} or {after.path}"
                line = str(error).splitlines()[0]
                raise PackageError(f"{where} cannot be compared: {line}") from None
    return _told_once(changes)


def bump(changes: list[Change]) -> str:
    """The least bump that the changes ask for, one of ``LEVELS``."""
    return max((change.level for change in changes), key=LEVELS.index, default="none")


def least_version(version: str, level: str) -> str:
    """The least version that may follow ``version`` after changes of a level.

    Before 1.0.0 a major change raises the second number, as semantic versioning allows and package
    managers expect.

    Raises:
        packaging.version.InvalidVersion: ``version`` is none.
    """
    parts = Version(version)
    if level == "major" and parts.major > 0:
        return f"{parts.major + 1}.0.0"
    if level in ("major", "minor"):
        return f"{parts.major}.{parts.minor + 1}.0"
    return f"{parts.major}.{parts.minor}.{parts.micro + (level == 'patch')}"


def as_csv(changes: list[Change]) -> str:
    """The text of ``changes.csv``, a line a change."""
    return write_csv(COLUMNS, [list(astuple(change)) for change in changes])


def summary(changes: list[Change], cap: int = 20) -> list[str]:
    """Lines for a reader: rows and cells by number, all else by name, up to ``cap`` of a kind."""
    lines = []
    tables = dict.fromkeys(change.table for change in changes)
    for table in sorted(tables):
        here = [change for change in changes if change.table == table]
        counts = Counter(change.op for change in here)
        told = []
        for op in ("row-added", "row-removed", "id-added"):
            if counts[op]:
                told.append(f"{_number(counts[op], op.split('-')[0])} {op.split('-')[1]}")
        cells = Counter(change.field for change in here if change.op == "cell-changed")
        if cells:
            where = ", ".join(f"{field} {number:,}" for field, number in cells.most_common())
            told.append(f"{_number(cells.total(), 'cell')} changed ({where})")
        if counts["value-changed"]:
            told.append(f"{_number(counts['value-changed'], 'value')} changed")
        if told:
            lines.append(f"{table}: {', '.join(told)}")
        single = [
            change
            for change in here
            if change.op
            not in ("row-added", "row-removed", "id-added", "cell-changed", "value-changed")
        ]
        lines += [_line(change) for change in single[:cap]]
        if len(single) > cap:
            lines.append(f"{table or 'package'}: {len(single) - cap:,} more, see --changes")
    return lines


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _line(change: Change) -> str:
    place = " ".join(part for part in (change.table, change.id, change.field) if part)
    values = f": {change.old!r} -> {change.new!r}" if change.old or change.new else ""
    reason = f" ({change.reason})" if change.reason else ""
    return f"{change.level} {change.op} {place}{values}{reason}"


def _descriptor(old: Package, new: Package) -> Iterator[Change]:
    for key in sorted({*old.descriptor, *new.descriptor} - {"resources", "version", "as_of"}):
        before, after = old.descriptor.get(key), new.descriptor.get(key)
        if before != after:
            op = "licence-changed" if key == "licenses" else "package-described"
            yield Change(op, field=key, old=_text(before), new=_text(after))


def _codes(old: Package, new: Package) -> Iterator[Change]:
    """Codes by vocabulary. The enumerations of the tables' fields are the same codes."""
    before, after = _vocabularies(old), _vocabularies(new)
    for name in sorted({*before, *after}):
        was, now = before.get(name, {}), after.get(name, {})
        fresh = [code for code in now if code not in was]
        for code, meta in was.items():
            if code in now:
                for key in ("label", "definition", "example"):
                    if meta[key] != now[code][key]:
                        yield Change(
                            "code-described", "vocabularies", name, code, meta[key], now[code][key]
                        )
                continue
            for other in fresh:
                if any(meta[key] == now[other][key] for key in ("label", "definition")):
                    yield Change("code-renamed", "vocabularies", name, code, code, other)
                    fresh.remove(other)
                    break
            else:
                yield Change("code-removed", "vocabularies", name, code, old=meta["label"])
        for code in fresh:
            yield Change("code-added", "vocabularies", name, code, new=now[code]["label"])


def _vocabularies(package: Package) -> dict[str, dict[str, JSON]]:
    try:
        document = read_json(package["vocabularies"].path)
    except KeyError:
        return {}
    return {
        vocabulary["name"]: {code["code"]: code for code in vocabulary["codes"]}
        for vocabulary in document["vocabularies"]
    }


def _documents(old: Package, new: Package) -> Iterator[Change]:
    before = {one.name: one for one in old.documents if one.name != "vocabularies"}
    after = {one.name: one for one in new.documents if one.name != "vocabularies"}
    for name in sorted({*before, *after}):
        if name not in after:
            yield Change("table-removed", name)
        elif name not in before:
            yield Change("table-added", name)
        else:
            yield from _document(before[name], after[name])


def _document(old: Resource, new: Resource) -> Iterator[Change]:
    """Properties by the JSON Schema, since data may leave out what is optional; then values."""
    if old.relative != new.relative:
        yield Change("table-moved", old.name, "", "path", old.relative, new.relative)
    was, now = (set(_properties(_json_schema(one))) for one in (old, new))
    for pointer in sorted(was - now):
        yield Change("field-removed", old.name, "", pointer)
    for pointer in sorted(now - was):
        yield Change("field-added", old.name, "", pointer)
    values, others = (dict(_leaves(read_json(one.path))) for one in (old, new))
    for pointer in sorted({*values, *others}):
        before, after = values.get(pointer, ""), others.get(pointer, "")
        if before != after:
            yield Change("value-changed", old.name, pointer, "", before, after)


def _json_schema(resource: Resource) -> Any:
    path = resource.schema_path
    return read_json(resource.root / path) if path else {}


def _properties(schema: Any, pointer: str = "") -> Iterator[str]:
    """Pointers of all properties that a JSON Schema names, the items of lists as ``*``."""
    if not isinstance(schema, dict):
        return
    for name, inner in schema.get("properties", {}).items():
        yield f"{pointer}/{name}"
        yield from _properties(inner, f"{pointer}/{name}")
    yield from _properties(schema.get("items"), f"{pointer}/*")


def _leaves(value: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Values of a document by pointer; a list of plain values counts as one."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{pointer}/{key}")
    elif isinstance(value, list) and any(isinstance(inner, dict | list) for inner in value):
        for index, inner in enumerate(value):
            yield from _leaves(inner, f"{pointer}/{index}")
    else:
        yield pointer, _text(value)


def _derived(old: Package, new: Package) -> Iterator[Change]:
    """Derived tables by their fields; what their rows are follows from the tables."""
    before, after = _views(old), _views(new)
    if before is None or after is None:
        return
    for name in sorted({*before, *after}):
        if name not in after:
            yield Change("table-removed", name)
        elif name not in before:
            yield Change("table-added", name)
        else:
            was, now = before[name], after[name]
            kept = [field for field in was.field_names if field in now.field_names]
            yield from _fields(was, now, dict(zip(kept, kept, strict=True)))


def _views(package: Package) -> dict[str, Resource] | None:
    """The derived tables of a release or of a tree; None where a folder holds the data alone."""
    released = package.root / "derived" / "datapackage.json"
    code = package.root / "src" / "zhonglianbu"
    if released.is_file():
        resources = Package(released.parent).tables
        return {one.name: one for one in resources}
    if not code.is_dir():
        return None
    found = {}
    for path in sorted(code.glob("views/*.sql")):
        try:
            view = views.parse(path.stem, path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise PackageError(f"{path}: {error}") from None
        found[view.name] = Resource(package.root, {"name": view.name, "schema": view.schema})
    return found


def _tables(
    old: Package, new: Package, changes: list[Change]
) -> Iterator[tuple[Resource, Resource]]:
    """Pairs of tables to compare; what became of the others goes into ``changes``."""
    before = {table.name: table for table in old.tables}
    after = {table.name: table for table in new.tables}
    fresh = [table for name, table in after.items() if name not in before]
    for name, table in before.items():
        if name in after:
            yield table, after[name]
            continue
        for other in fresh:
            if other.field_names == table.field_names:
                changes.append(Change("table-renamed", name, old=name, new=other.name))
                fresh.remove(other)
                yield table, other
                break
        else:
            changes.append(Change("table-removed", name))
    changes += [Change("table-added", table.name) for table in fresh]


def _table(
    database: duckdb.DuckDBPyConnection,
    old: Resource,
    new: Resource,
    retired: dict[str, str],
    renamed_codes: dict[str, str],
) -> Iterator[Change]:
    for key in ("path", "dialect", "format", "encoding"):
        if old.meta.get(key) != new.meta.get(key):
            yield Change(
                "table-moved", new.name, "", key, _text(old.meta.get(key)), _text(new.meta.get(key))
            )
    for key in ("title", "description"):
        if (was := old.schema.get(key)) != (now := new.schema.get(key)):
            yield Change("table-described", new.name, "", key, _text(was), _text(now))
    for key in ("foreignKeys", "uniqueKeys"):
        if (was := old.schema.get(key)) != (now := new.schema.get(key)):
            yield Change("constraint-changed", new.name, "", key, _text(was), _text(now))
    names = _same_fields(database, old, new)
    yield from _fields(old, new, names)
    if [names.get(name) for name in old.primary_key] != new.primary_key:
        was, now = ", ".join(old.primary_key), ", ".join(new.primary_key)
        yield Change("key-changed", new.name, old=was, new=now)
        return
    rows = _differing(database, old, new, names)
    if new.name == "ids":
        yield from _ids(rows)
    else:
        yield from _cells(old, new, names, rows, retired, renamed_codes)


def _same_fields(
    database: duckdb.DuckDBPyConnection, old: Resource, new: Resource
) -> dict[str, str]:
    """Each old field with its name in the new table, where it still has one.

    A field under a new name is known by its description, or by holding the same cells.
    """
    kept = set(new.field_names)
    names = {name: name for name in old.field_names if name in kept}
    gone = [field for field in old.fields if field["name"] not in kept]
    fresh = [field for field in new.fields if field["name"] not in names]
    for field in gone:
        for other in fresh:
            if field["type"] == other["type"] and (
                field.get("description") == other.get("description")
                or _same_cells(database, old, new, field["name"], other["name"])
            ):
                names[field["name"]] = other["name"]
                fresh.remove(other)
                break
    return names


def _same_cells(
    database: duckdb.DuckDBPyConnection, old: Resource, new: Resource, was: str, now: str
) -> bool:
    if old.primary_key != new.primary_key or was in old.primary_key:
        return False
    same = " AND ".join(f"o.{quote(key)} = n.{quote(key)}" for key in old.primary_key)
    filled, equal = database.execute(
        f"SELECT count(o.{quote(was)}), count_if(o.{quote(was)} = n.{quote(now)}) "
        f"FROM {scan(old)} AS o LEFT JOIN {scan(new)} AS n ON {same}"
    ).fetchall()[0]
    return bool(filled) and filled == equal


def _fields(old: Resource, new: Resource, names: dict[str, str]) -> Iterator[Change]:
    table = new.name
    old_fields = {field["name"]: field for field in old.fields}
    new_fields = {field["name"]: field for field in new.fields}
    for name, field in old_fields.items():
        if name not in names:
            yield Change("field-removed", table, "", name)
            continue
        other = new_fields[names[name]]
        if names[name] != name:
            yield Change("field-renamed", table, "", name, name, names[name])
        for key in sorted({*field, *other} - {"name", "constraints"}):
            was, now = _text(field.get(key)), _text(other.get(key))
            if was == now:
                continue
            if key in _WORDING:
                yield Change("field-described", table, "", names[name], was, now, key)
            else:
                yield Change("field-retyped", table, "", names[name], was, now, key)
        limits, others = field.get("constraints", {}), other.get("constraints", {})
        for key in sorted({*limits, *others} - {"enum"}):
            was, now = _text(limits.get(key)), _text(others.get(key))
            if was != now:
                yield Change("constraint-changed", table, "", names[name], was, now, key)
    order = [names[name] for name in old_fields if name in names]
    kept = [name for name in new_fields if name in order]
    if order != kept:
        yield Change("field-moved", table, old=", ".join(order), new=", ".join(kept))
    place = {name: index for index, name in enumerate(new_fields)}
    last = max((place[name] for name in kept if name != "note"), default=-1)
    for name in new_fields:
        if name not in kept:
            yield Change("field-added" if place[name] > last else "field-inserted", table, "", name)


def _differing(
    database: duckdb.DuckDBPyConnection, old: Resource, new: Resource, names: dict[str, str]
) -> list[tuple[dict[str, str] | None, dict[str, str] | None]]:
    """Rows that are not the same in both, as (old row, new row), in the order of the key."""
    pairs = list(names.items())
    same = " AND ".join(f"o.{quote(key)} = n.{quote(names[key])}" for key in old.primary_key)
    differ = [f"o.{quote(was)} IS DISTINCT FROM n.{quote(now)}" for was, now in pairs]
    columns = [f"o.{quote(name)}" for name in old.field_names]
    columns += [f"n.{quote(name)}" for name in new.field_names]
    order = ", ".join(f"coalesce(o.{quote(key)}, n.{quote(names[key])})" for key in old.primary_key)
    found = database.execute(
        f"SELECT {', '.join(columns)} FROM {scan(old)} AS o FULL JOIN {scan(new)} AS n ON {same} "
        f"WHERE {' OR '.join(differ)} ORDER BY {order}"
    ).fetchall()
    width = len(old.field_names)
    rows: list[tuple[dict[str, str] | None, dict[str, str] | None]] = []
    for row in found:
        was = dict(zip(old.field_names, (cell or "" for cell in row[:width]), strict=True))
        now = dict(zip(new.field_names, (cell or "" for cell in row[width:]), strict=True))
        rows.append(
            (
                was if was[old.primary_key[0]] else None,
                now if now[new.primary_key[0]] else None,
            )
        )
    return rows


def _ids(rows: list[tuple[dict[str, str] | None, dict[str, str] | None]]) -> Iterator[Change]:
    for old, new in rows:
        if new is None:
            assert old is not None
            yield Change("id-lost", "ids", old["id"], reason="mark it merged or withdrawn instead")
            continue
        if old is None:
            yield Change("id-added", "ids", new["id"])
            continue
        if old["entity_type"] != new["entity_type"]:
            yield Change(
                "id-retyped",
                "ids",
                new["id"],
                "entity_type",
                old["entity_type"],
                new["entity_type"],
            )
        if old["status"] != new["status"]:
            op = {"merged": "id-merged", "withdrawn": "id-withdrawn"}.get(
                new["status"], "id-revived"
            )
            yield Change(
                op,
                "ids",
                new["id"],
                "status",
                old["status"],
                f"{new['status']} {new['replaced_by']}".strip(),
                new["reason"],
            )
            continue  # the successor and the reason are told with it
        for name in ("replaced_by", "since_version", "reason"):
            if name in old and old[name] != new.get(name, ""):
                yield Change("cell-changed", "ids", new["id"], name, old[name], new.get(name, ""))


def _cells(
    old: Resource,
    new: Resource,
    names: dict[str, str],
    rows: list[tuple[dict[str, str] | None, dict[str, str] | None]],
    retired: dict[str, str],
    renamed_codes: dict[str, str],
) -> Iterator[Change]:
    """Changes of the rows of one table. A row that only has a new id is told as such."""
    added = [now for was, now in rows if was is None and now is not None]
    rest = [name for name in names if name not in old.primary_key]
    by_content = {tuple(row[names[name]] for name in rest): row for row in added}
    coded = {field["name"] for field in new.fields if "vocabulary" in field}
    for was, now in rows:
        if was is None:
            assert now is not None
            yield Change("row-added", new.name, _key(now, new))
        elif now is None:
            key = _key(was, old)
            reason = retired.get(was[old.primary_key[0]], "")
            yield Change("row-removed", new.name, key, reason=reason)
            twin = by_content.get(tuple(was[name] for name in rest))
            if new.own_id and not reason:
                if twin:
                    yield Change("id-renamed", new.name, key, "", key, _key(twin, new))
                else:
                    yield Change("id-lost", new.name, key, reason="its row is gone")
        else:
            for name in rest:
                before, after = was[name], now[names[name]]
                if before == after:
                    continue
                reason = retired.get(before, "")
                if names[name] in coded and renamed_codes.get(before) == after:
                    reason = "the code was renamed"
                yield Change(
                    "cell-changed", new.name, _key(now, new), names[name], before, after, reason
                )


def _told_once(changes: list[Change]) -> list[Change]:
    """An id lost with its row and in ``ids`` is one loss; one renamed is not lost besides."""
    seen: set[str] = set()
    renamed = {change.id for change in changes if change.op == "id-renamed"}
    kept = []
    for change in changes:
        if change.op == "id-lost":
            if change.id in seen or change.id in renamed:
                continue
            seen.add(change.id)
        kept.append(change)
    return kept


def _key(row: dict[str, str], resource: Resource) -> str:
    return "/".join(row[name] for name in resource.primary_key)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
