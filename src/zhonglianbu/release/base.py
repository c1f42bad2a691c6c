"""What every format works on: the release being built, its tables and the files written so far."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from .. import dates, views
from ..gate.tables import MEMORY_LOADED, ask, quote, set_memory, text, with_memory
from ..package import JSON, Package, Resource

#: Rows that are held in memory at once by formats that are written row by row.
CHUNK = 10_000
#: Types of columns as DuckDB names them.
SQL_TYPES = {"string": "VARCHAR", "integer": "BIGINT", "boolean": "BOOLEAN", "date": "DATE"}
#: What each connection is told first; the build says itself how far it is.
_SESSION = "SET enable_progress_bar = false"


class ReleaseError(Exception):
    """A format cannot hold the data; the message is one line for the user."""


@dataclass(frozen=True)
class Column:
    """A column of the typed formats.

    ``type`` is string, integer, boolean or date; ``of`` is the field that a bound of a date belongs
    to, and blank for a field of the table itself.
    """

    name: str
    type: str
    title: str
    description: str
    required: bool = False
    of: str = ""


@dataclass(frozen=True)
class Table:
    """A table of the package, or a view: a table derived from them."""

    name: str
    title: str
    description: str
    key: list[str]
    columns: list[Column]
    resource: Resource | None = None

    @property
    def fields(self) -> list[Column]:
        """The columns that the CSV has too; all but the bounds of dates."""
        return [column for column in self.columns if not column.of]

    @property
    def csv(self) -> str:
        """Path of its CSV file within the release."""
        return self.resource.relative if self.resource else f"derived/{self.name}.csv"

    @property
    def foreign_keys(self) -> list[tuple[list[str], str, list[str]]]:
        return self.resource.foreign_keys if self.resource else []

    @property
    def unique_keys(self) -> list[list[str]]:
        """Sets of columns that no two rows share, the primary key apart."""
        if not self.resource:
            return []
        single = [
            [one["name"]]
            for one in self.resource.fields
            if one.get("constraints", {}).get("unique") and [one["name"]] != self.key
        ]
        return single + list(self.resource.schema.get("uniqueKeys", []))


def of_resource(resource: Resource) -> Table:
    """The table of a resource. A date is followed by the first and the last day it can mean."""
    columns = []
    for one in resource.fields:
        constraints = one.get("constraints", {})
        columns.append(
            Column(
                one["name"],
                one["type"],
                one["title"],
                one["description"],
                bool(constraints.get("required")),
            )
        )
        if constraints.get("pattern") == dates.PATTERN:
            for end, day in (("min", "First"), ("max", "Last")):
                words = f"{day} day that {one['name']} can mean"
                columns.append(
                    Column(f"{one['name']}_{end}", "date", words, f"{words}.", of=one["name"])
                )
    meta = resource.meta
    return Table(
        resource.name,
        meta["title"],
        meta["description"],
        resource.primary_key,
        columns,
        resource,
    )


def of_view(view: views.View) -> Table:
    """The table that a view gives."""
    columns = [
        Column(
            one["name"],
            one["type"],
            one["name"].replace("_", " ").capitalize(),
            one["description"],
            one["name"] in view.key,
        )
        for one in view.fields
    ]
    return Table(view.name, view.title, view.description, view.key, columns)


@dataclass(frozen=True)
class File:
    """A file of the release: its path within it, size, SHA-256 and the format it belongs to."""

    path: str
    bytes: int
    sha256: str
    format: Format

    @property
    def media_type(self) -> str:
        return self.format.media_types[Path(self.path).suffix]

    @property
    def id(self) -> str:
        """A name for the file that is no path: letters, digits, points and hyphens."""
        return self.path.replace("/", "-")

    @property
    def is_paper(self) -> bool:
        """Whether it is not data but read beside them: schemas, rules, documentation, licences."""
        return self.path.startswith(("schemas/", "rules/", "LICENSES/", "docs/")) or (
            self.path.endswith((".md", ".cff", "LICENSE"))
        )


@dataclass(frozen=True)
class Format:
    """A format of the release: one module with one function that writes it.

    ``media_types`` are those of its files, by the end of their names.
    """

    name: str
    title: str
    media_types: dict[str, str]
    write: Callable[[Release], None]


@dataclass
class Release:
    """A release while it is built: what formats read, and the folder they write to.

    ``database`` has every table typed (see :mod:`zhonglianbu.views`), and every view as a table.
    """

    package: Package
    target: Path
    database: duckdb.DuckDBPyConnection
    files: list[File] = field(default_factory=list)

    @cached_property
    def tables(self) -> list[Table]:
        """The package's own tables."""
        return [of_resource(resource) for resource in self.package.tables]

    @cached_property
    def views(self) -> list[Table]:
        """The derived tables, each behind those it is made of."""
        return [of_view(view) for view in views.read_all()]

    @property
    def data_files(self) -> list[File]:
        """The files written so far that hold data, by path."""
        return sorted((one for one in self.files if not one.is_paper), key=lambda one: one.path)

    @cached_property
    def name(self) -> str:
        return str(self.package.descriptor["name"])

    @cached_property
    def about(self) -> JSON:
        """The one row of ``about``: what is said of the package itself, ``as_of`` as ISO text."""
        descriptor = self.package.descriptor
        return {
            "name": descriptor["name"],
            "title": descriptor["title"],
            "version": self.package.version,
            "as_of": descriptor["as_of"],
            "license": descriptor["licenses"][0]["name"],
        }

    @cached_property
    def _hashes(self) -> dict[str, str]:
        return {}

    def content_hash(self, table: Table) -> str:
        """SHA-256 of the table's canonical CSV, hexadecimal: the same in every format."""
        if table.name not in self._hashes:
            self._hashes[table.name] = sha256(self.target / table.csv)
        return self._hashes[table.name]

    def count(self, table: Table) -> int:
        """How many rows a table has."""
        (row,) = self.database.execute(f"SELECT count(*) FROM {quote(table.name)}").fetchall()
        return int(row[0])

    def query(self, sql: str) -> duckdb.DuckDBPyConnection:
        """The result of a query; a table's name gives all its rows in their order."""
        cursor = self.database.cursor()
        cursor.execute(_SESSION)
        rows = sql if " " in sql else f"FROM {quote(sql)}"
        return with_memory(self.database, lambda: cursor.execute(rows))

    def chunks(self, sql: str) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of a query, some thousands at a time, so that they need not fit in memory."""
        result = self.query(sql)
        while chunk := result.fetchmany(CHUNK):
            yield chunk

    def rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, one by one."""
        for chunk in self.chunks(sql):
            yield from chunk

    def dicts(self, sql: str) -> Iterator[JSON]:
        """The same rows as dicts, without what is blank."""
        result = self.query(sql)
        names = [column[0] for column in result.description or []]
        while chunk := result.fetchmany(CHUNK):
            for row in chunk:
                pairs = zip(names, row, strict=True)
                yield {name: value for name, value in pairs if value is not None}


@contextmanager
def opened(package: Package, target: Path) -> Iterator[Release]:
    """A release of a package that the gate has passed, to be written into ``target``."""
    with (
        TemporaryDirectory(prefix="zhonglianbu-") as folder,
        duckdb.connect(Path(folder) / "release.duckdb") as database,
    ):
        database.execute(_SESSION)
        set_memory(database, MEMORY_LOADED)
        database.execute(f"SET temp_directory = {text(folder)}")
        database.execute(dates.SQL_MACROS)
        release = Release(package, target, database)
        for table in release.tables:
            columns = ", ".join(map(_typed, table.columns))
            ask(
                database,
                f"CREATE TABLE {quote(table.name)} AS SELECT {columns} FROM {_cells(table)}",
            )
        cells = ", ".join(
            f"{'DATE ' if name == 'as_of' else ''}{text(value)} AS {name}"
            for name, value in release.about.items()
        )
        database.execute(f"CREATE TABLE about AS SELECT {cells}")
        for table, view in zip(release.views, views.read_all(), strict=True):
            columns = ", ".join(map(_typed, table.columns))
            ask(
                database,
                f"CREATE TABLE {quote(view.name)} AS SELECT {columns} FROM ({view.sql}) "
                f"ORDER BY {', '.join(map(quote, view.key))}",
            )
        yield release


def _cells(table: Table) -> str:
    """SQL for the rows of a table's file as text, in its order, blank cells NULL."""
    assert table.resource
    types = ", ".join(f"{text(field.name)}: 'VARCHAR'" for field in table.fields)
    return (
        f"read_csv({text(str(table.resource.path))}, header = true, delim = ',', quote = '\"', "
        "escape = '\"', nullstr = '', strict_mode = true, auto_detect = false, "
        f"columns = {{{types}}})"
    )


def _typed(column: Column) -> str:
    """SQL that makes a column of the type that it has, of the text of its field."""
    if column.of:
        end = column.name.removeprefix(f"{column.of}_")
        return f"edtf_{end}({quote(column.of)}) AS {quote(column.name)}"
    return f"CAST({quote(column.name)} AS {SQL_TYPES[column.type]}) AS {quote(column.name)}"


def sha256(path: Path) -> str:
    """SHA-256 of a file, hexadecimal, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
