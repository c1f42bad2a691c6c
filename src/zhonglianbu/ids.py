"""Ids through their life: minted, merged into another, withdrawn.

An edit holds the whole package in memory, changes it there, and is saved in one go after the gate
has passed the result: a command is carried out wholly or not at all.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from . import canonical, gate
from .gate.findings import as_text
from .package import JSON, Package, Resource, parse_csv, read_json, write_csv
from .writing import replace_all

Row = dict[str, str]
#: Letters and digits that cannot be taken for one another.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
#: Least length of the random part.
LENGTH = 6
MOST = 10_000
#: Files that people write about ids, outside the package.
BESIDE = ("docs/distinct_contacts.csv", "rules/exceptions.csv")


class Refused(Exception):
    """The edit is impossible; the message is one line for the user."""


class Edit:
    """A package in memory, to be changed and then saved.

    Attributes:
        rows: the rows of each table.
        documents: each JSON document.
        papers: texts of files beside the package's own that are saved with it.
        told: what was done beyond what was asked, a line each.

    Raises:
        PackageError: a table or document cannot be read.
    """

    def __init__(self, package: Package):
        self.package = package
        self.tables = {table.name: table for table in package.tables}
        self.rows = {name: table.checked_rows() for name, table in self.tables.items()}
        self.documents = {one.name: read_json(one.path) for one in package.documents}
        self.ids = {row["id"]: row for row in self.rows["ids"]}
        self.papers: dict[Path, str] = {}
        self.told: list[str] = []
        self._cells_before = {name: _cells(rows) for name, rows in self.rows.items()}
        self._documents_before = deepcopy(self.documents)
        self._used_before = self._used()
        self._active_before = {id for id, row in self.ids.items() if row["status"] == "active"}

    def owner(self, id: str) -> Resource:
        """The table in which the id has its row."""
        for name, table in self.tables.items():
            if table.own_id and any(row[table.primary_key[0]] == id for row in self.rows[name]):
                return table
        raise Refused(f"{id} has no row in any table: run make check first")

    def pointers(self, id: str) -> Iterator[tuple[Resource, str, Row]]:
        """Each cell that points at the id, its own row apart, as (table, field, row)."""
        for name, table in self.tables.items():
            for fields, target, target_fields in table.foreign_keys:
                if table.own_id and fields == table.primary_key:
                    continue
                to_id = target == "ids" or (
                    self.tables[target].own_id and target_fields == self.tables[target].primary_key
                )
                if to_id:
                    for row in self.rows[name]:
                        if row[fields[0]] == id:
                            yield table, fields[0], row

    def own_row(self, table: Resource, id: str) -> Row:
        return next(row for row in self.rows[table.name] if row[table.primary_key[0]] == id)

    def drop(self, table: Resource, row: Row) -> None:
        self.rows[table.name] = [one for one in self.rows[table.name] if one is not row]

    def texts(self) -> dict[Path, str]:
        """The files that differ from what was read, each with its new text in canonical form."""
        self._mark_reserved()
        texts = dict(self.papers)
        for name, rows in self.rows.items():
            if _cells(rows) != self._cells_before[name]:
                table = self.tables[name]
                names = table.field_names
                text = write_csv(names, [[row[one] for one in names] for row in rows])
                texts[table.path] = canonical.table(text, table)
        for one in self.package.documents:
            if self.documents[one.name] != self._documents_before[one.name]:
                text = json.dumps(self.documents[one.name], ensure_ascii=False, indent=2)
                texts[one.path] = text + "\n"
        return texts

    def beside(self) -> list[str]:
        """Files beside the tables that name an id which this edit took out of use, a line each.

        They are decisions of a person, who must say what becomes of them.
        """
        retired = {id for id in self._active_before if self.ids[id]["status"] != "active"}
        lines = []
        for name in BESIDE:
            path = self.package.root / name
            rows = parse_csv(path.read_text(encoding="utf-8")) if path.is_file() else []
            named = sorted(retired & {cell for row in rows for cell in row.values()})
            lines += [f"{name} names {id}: mend or drop its row" for id in named]
        return lines

    def save(self, check: bool = True) -> None:
        """Write what has changed, all or nothing; with ``check`` only if the gate finds no more.

        Raises:
            Refused: the package would break a rule that it keeps now.
            OSError: a file cannot be written; all are as they were.
        """
        texts = self.texts()
        if check:
            self.check(texts)
        replace_all(texts)

    def check(self, texts: dict[Path, str] | None = None) -> None:
        """Refuse what would break a rule that the package keeps now, without writing it."""
        texts = self.texts() if texts is None else texts
        root = self.package.root
        with tempfile.TemporaryDirectory(prefix="zhonglianbu-") as folder:
            staged = Path(folder)
            for name in ("data", "schemas", "rules"):
                shutil.copytree(root / name, staged / name)
            shutil.copyfile(root / "datapackage.json", staged / "datapackage.json")
            for path in texts.keys() - self.papers.keys():
                (staged / path.relative_to(root)).write_bytes(texts[path].encode("utf-8"))
            after = [one for one in gate.run(staged) if one.severity == "error"]
        if not after:
            return
        known = {(one.code, one.file, one.message) for one in gate.run(root)}
        new = [one for one in after if (one.code, one.file, one.message) not in known]
        if new:
            more = f" (and {len(new) - 1} more)" if len(new) > 1 else ""
            raise Refused(f"it would break a rule: {as_text(new[:1])[0]}{more}")

    def _used(self) -> set[tuple[str, str]]:
        return {
            (field["vocabulary"], row[field["name"]])
            for name, table in self.tables.items()
            for field in table.fields
            if "vocabulary" in field
            for row in self.rows[name]
        }

    def _mark_reserved(self) -> None:
        """A code that this edit is the first to use loses the mark, one that it frees gains it."""
        used = self._used()
        for vocabulary in self.documents["vocabularies"]["vocabularies"]:
            for code in vocabulary["codes"]:
                key = (vocabulary["name"], code["code"])
                if key in used and code.pop("reserved", None):
                    self.told.append(f"the code {key[1]} of {key[0]} is no longer reserved")
                elif key in self._used_before - used:
                    code["reserved"] = True
                    self.told.append(f"the code {key[1]} of {key[0]} is reserved: no row uses it")


def mint(edit: Edit, prefix: str, number: int, entity_type: str | None = None) -> list[str]:
    """Add new ids ``prefix-random`` to ``ids`` and return them; their rows are to follow.

    Raises:
        Refused: the prefix is none, or says not what the ids stand for.
    """
    if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", prefix):
        raise Refused(f"{prefix!r} is no prefix such as ct: lower case, digits, single hyphens")
    if not 1 <= number <= MOST:
        raise Refused(f"between 1 and {MOST:,} ids at a time, not {number:,}")
    alike = [row for one, row in edit.ids.items() if one.startswith(f"{prefix}-")]
    types = sorted({row["entity_type"] for row in alike})
    known = edit.tables["ids"].field("entity_type")["constraints"]["enum"]
    if entity_type is None:
        if len(types) != 1:
            stand = f"stand for {', '.join(types)}" if types else "are none yet"
            raise Refused(f"ids that begin with {prefix}- {stand}: say which with --type")
        entity_type = types[0]
    if entity_type not in known:
        raise Refused(f"{entity_type} is no type of thing: one of {', '.join(known)}")
    rest = Counter(len(row["id"]) - len(prefix) - 1 for row in alike if row["id"].count("-") == 1)
    length = max(LENGTH, *(size for size, _ in rest.most_common(1)), 0)
    minted: list[str] = []
    while len(minted) < number:
        one = f"{prefix}-{''.join(secrets.choice(ALPHABET) for _ in range(length))}"
        if one in edit.ids:
            continue
        register(edit, one, entity_type)
        minted.append(one)
    return minted


def register(edit: Edit, id: str, entity_type: str) -> None:
    """Add a new id to ``ids``; its row is to follow.

    Raises:
        Refused: the id was given before.
    """
    if id in edit.ids:
        raise Refused(f"the id {id} was given before, and an id is never used again")
    row = dict.fromkeys(edit.tables["ids"].field_names, "") | {
        "id": id,
        "entity_type": entity_type,
        "status": "active",
        "since_version": edit.package.version,
    }
    edit.rows["ids"].append(row)
    edit.ids[id] = row


def merge(edit: Edit, old: str, new: str, reason: str) -> bool:
    """Let ``new`` take the place of ``old`` everywhere; False where it has it already.

    The row of ``old`` goes, and with it what hangs on its key and ``new`` has too. Rows that only
    repeat one of ``new`` once they point at it, such as a second citation of the same page, are
    merged into that one.

    Raises:
        Refused: an id is unknown or out of use, they are of two types, there is no reason, or rows
            of ``old`` say what those of ``new`` do not.
    """
    _known(edit, old)
    _known(edit, new)
    row = edit.ids[old]
    if row["status"] == "merged" and row["replaced_by"] == new:
        return False
    if old == new:
        raise Refused(f"{old} cannot be merged into itself")
    _active(edit, old)
    _active(edit, new)
    _reason(reason)
    if row["entity_type"] != edit.ids[new]["entity_type"]:
        raise Refused(
            f"{old} is a {row['entity_type']}, {new} a {edit.ids[new]['entity_type']}: only ids of "
            "one type merge"
        )
    waiting = [(old, new)]
    while waiting:
        old, new = waiting.pop()
        _repoint(edit, old, new)
        edit.ids[old].update(status="merged", replaced_by=new, reason=reason)
        waiting += _repeated(edit, new)
    return True


def withdraw(edit: Edit, id: str, reason: str) -> bool:
    """Take an id and its row out of use, with what only speaks of it; False if that is so already.

    Its citations, names and identifiers are withdrawn with it, and sources that nothing else cites.

    Raises:
        Refused: the id is unknown or merged, there is no reason, or other rows need it.
    """
    _known(edit, id)
    if edit.ids[id]["status"] == "withdrawn":
        return False
    _active(edit, id)
    _reason(reason)
    cited = {row["source_id"] for row in edit.rows["citations"]}
    waiting = [id]
    while waiting:
        one = waiting.pop()
        table = edit.owner(one)
        for pointing, field, row in list(edit.pointers(one)):
            key = "/".join(row[name] for name in pointing.primary_key)
            if field in pointing.primary_key:
                edit.drop(pointing, row)
                edit.told.append(f"{pointing.name} {key} goes with it")
            elif pointing.name == "ids":
                row.update(status="withdrawn", replaced_by="", reason=reason)
                edit.told.append(f"{key}, merged into it, is withdrawn with it")
            elif field == "subject_id":
                waiting.append(key)
                edit.told.append(f"{pointing.name} {key} is withdrawn with it")
            else:
                raise Refused(
                    f"{one} is needed: {pointing.name} {key} has it as {field}; change that first"
                )
        for name, document in edit.documents.items():
            if _stands_in(document, one):
                raise Refused(f"{one} is needed: {name}.json names it; change that first")
        edit.drop(table, edit.own_row(table, one))
        edit.ids[one].update(status="withdrawn", reason=reason)
        if not waiting:
            left = cited - {row["source_id"] for row in edit.rows["citations"]}
            cited -= left
            waiting += sorted(source for source in left if edit.ids[source]["status"] == "active")
            edit.told += [f"sources {source} is withdrawn with it" for source in waiting]
    return True


def _cells(rows: list[Row]) -> list[tuple[str, ...]]:
    """What rows hold, to tell later whether they were changed; much smaller than their copies."""
    return [tuple(row.values()) for row in rows]


def _known(edit: Edit, id: str) -> None:
    if id not in edit.ids:
        raise Refused(f"{id} is not in ids")


def refuse_unused(edit: Edit, id: str) -> None:
    """Refuse an id that is unknown, merged or withdrawn."""
    _known(edit, id)
    _active(edit, id)


def _active(edit: Edit, id: str) -> None:
    row = edit.ids[id]
    if row["status"] == "merged":
        raise Refused(f"{id} is merged into {row['replaced_by']}: use that")
    if row["status"] != "active":
        raise Refused(f"{id} is {row['status']}: {row['reason']}")


def _reason(reason: str) -> None:
    if not canonical.cell(reason):
        raise Refused("a reason is needed, for those who follow the id later")


def _repoint(edit: Edit, old: str, new: str) -> None:
    table = edit.owner(old)
    if edit.owner(new).name != table.name:
        raise Refused(f"{old} and {new} have their rows in two tables")
    loser, winner = edit.own_row(table, old), edit.own_row(table, new)
    _tell_dropped(edit, table, loser, winner)
    edit.drop(table, loser)
    for pointing, field, row in list(edit.pointers(old)):
        if field not in pointing.primary_key:
            if new in (row[name] for name in pointing.field_names if name != field):
                key = row[pointing.primary_key[0]]
                raise Refused(f"{pointing.name} {key} would tie {new} to itself: change that first")
            row[field] = new
            if pointing.name == "citations" and field == "subject_id":
                _contradict(edit, row, loser, winner)
            continue
        theirs = [one for one in edit.rows[pointing.name] if one[field] == new]
        if not theirs:
            row[field] = new
        elif pointing.primary_key == [field]:
            _tell_dropped(edit, pointing, row, theirs[0])
            edit.drop(pointing, row)
        elif any(_covers(pointing, one, row) for one in theirs):
            edit.told.append(
                f"{pointing.name} {'/'.join(row[name] for name in pointing.primary_key)} goes: "
                f"{new} has it"
            )
            edit.drop(pointing, row)
        else:
            key = "/".join(row[name] for name in pointing.primary_key)
            raise Refused(
                f"{pointing.name} {key} says what no row of {new} says: add it there, or delete it "
                "here, and merge again"
            )
    for name in edit.documents:
        edit.documents[name] = _renamed(edit.documents[name], old, new)


def _contradict(edit: Edit, citation: Row, loser: Row, winner: Row) -> None:
    """A citation that supports a value which was not chosen contradicts the one that was."""
    stated = loser.get(citation["field"], "")
    if citation["stance"] == "supports" and stated and stated != winner[citation["field"]]:
        citation["stance"] = "contradicts"
        citation["value_as_stated"] = citation["value_as_stated"] or stated
        edit.told.append(
            f"citations {citation['citation_id']} contradicts {citation['field']} "
            f"{winner[citation['field']]!r} now"
        )


def _covers(table: Resource, kept: Row, dropped: Row) -> bool:
    """Whether ``kept`` says all that ``dropped`` does, its place in an order apart."""
    return all(
        kept[name] == dropped[name]
        for name in table.field_names
        if name not in table.primary_key and dropped[name]
    )


def _tell_dropped(edit: Edit, table: Resource, dropped: Row, kept: Row) -> None:
    """Say what cells are lost with a row, so that a reader can save what is worth it."""
    key = dropped[table.primary_key[0]]
    cells = [
        f"{name} {dropped[name]!r} (kept: {kept[name]!r})"
        for name in table.field_names
        if name not in table.primary_key and dropped[name] and dropped[name] != kept[name]
    ]
    if cells:
        edit.told.append(f"{table.name} {key} goes with {', '.join(cells)}")


def _repeated(edit: Edit, id: str) -> list[tuple[str, str]]:
    """Rows with an id of their own that point at ``id`` and repeat another, as (it, the other)."""
    pairs = []
    for name, table in edit.tables.items():
        for unique in table.schema.get("uniqueKeys", []) if table.own_id else []:
            seen: dict[tuple[str, ...], str] = {}
            for row in edit.rows[name]:
                cells = tuple(row[field] for field in unique)
                key = row[table.primary_key[0]]
                if id in cells and cells in seen:
                    pairs.append((key, seen[cells]))
                    edit.told.append(f"{name} {key} repeats {seen[cells]} and is merged into it")
                seen.setdefault(cells, key)
    return pairs


def _renamed(value: Any, old: str, new: str, key: str = "") -> Any:
    """A document with ``new`` wherever it refers to ``old``; a list of ids keeps each once."""
    if isinstance(value, dict):
        return {name: _renamed(inner, old, new, name) for name, inner in value.items()}
    if isinstance(value, list) and key == "citations":
        return list(dict.fromkeys(new if one == old else one for one in value))
    if isinstance(value, list):
        return [_renamed(inner, old, new) for inner in value]
    return new if key == "id" and value == old else value


def _stands_in(value: JSON | list[Any] | str, id: str) -> bool:
    return bool(_renamed(value, id, "") != value)
