"""Layer 3, tables: all that the Table Schemas say, compiled to SQL and run in DuckDB."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import duckdb

from .. import dates
from ..package import JSON, Package, Resource
from . import patterns
from .findings import Finding, Lines

#: Bytes that DuckDB may hold before it turns to the disk, or this part of the package if more.
MEMORY = 110 << 20
MEMORY_PART = 32
#: And while a table's file is read and written aside: with less DuckDB does it on one core.
MEMORY_FILL = 210 << 20
#: And where a package that has passed is asked whatever one likes; the rest lies on disk.
MEMORY_LOADED = 4 << 30
#: Rows that are written together, and bytes that are read together, by each thread.
ROW_GROUP = 40_960
READ = 2 << 20

Result = TypeVar("Result")


@contextmanager
def opened(package: Package) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with every table of the package, still empty; gone when the block is left.

    Cells are text, blank ones NULL; ``_line`` is the row's line in its file. The rows stand in
    Parquet files in the database's temporary folder, so that a package of any size fits.
    """
    size = sum(table.path.stat().st_size for table in package.tables if table.path.is_file())
    with TemporaryDirectory(prefix="zhonglianbu-") as folder, duckdb.connect() as database:
        set_memory(database, max(MEMORY, size // MEMORY_PART))
        database.execute("SET enable_progress_bar = false")  # commands tell their own progress
        for reach in ("autoinstall_known_extensions", "autoload_known_extensions"):
            database.execute(f"SET {reach} = false")  # nothing is fetched from anywhere
        database.execute(f"SET temp_directory = {text(folder)}")
        database.execute(dates.SQL_MACROS)
        for resource in package.tables:
            empty(database, resource)
        yield database


@contextmanager
def loaded(package: Package) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same database with every row in it, of a package that the gate has passed."""
    with opened(package) as database:
        set_memory(database, MEMORY_LOADED)
        for resource in package.tables:
            fill(database, resource)
        yield database


def fill(database: duckdb.DuckDBPyConnection, resource: Resource) -> None:
    """Read a table's file, once, into the table of its name.

    Raises:
        duckdb.Error: the file is no CSV of these columns, or not UTF-8; the table stays as it was.
    """
    ((folder,),) = ask(database, "SELECT current_setting('temp_directory')")
    rows = text(f"{folder}/{resource.name.encode().hex()}.parquet")
    copy = f"COPY (FROM {scan(resource)}) TO {rows} (FORMAT parquet, ROW_GROUP_SIZE {ROW_GROUP})"
    with memory_of(database, MEMORY_FILL):
        ask(database, copy)
    # rows stay in the order of the file, one line each below the header
    database.execute(
        f"CREATE OR REPLACE VIEW {quote(resource.name)} AS SELECT file_row_number + 2 AS _line, "
        f"* EXCLUDE (file_row_number) FROM read_parquet({rows}, file_row_number = true)"
    )


def scan(resource: Resource) -> str:
    """SQL that reads a table's file: all cells as text, blank ones NULL, none guessed at."""
    # literals, not parameters: a dict as parameter makes DuckDB import pandas where it is installed
    columns = ", ".join(f"{text(name)}: 'VARCHAR'" for name in resource.field_names)
    return (
        f"read_csv({text(literal(resource.path))}, header = true, all_varchar = true, "
        "delim = ',', quote = '\"', escape = '\"', nullstr = '', strict_mode = true, "
        f"auto_detect = false, columns = {{{columns}}}, buffer_size = {READ})"
    )


def empty(database: duckdb.DuckDBPyConnection, resource: Resource) -> None:
    """Make a table anew, without rows."""
    columns = ", ".join(f"NULL::VARCHAR AS {quote(name)}" for name in resource.field_names)
    database.execute(
        f"CREATE OR REPLACE VIEW {quote(resource.name)} AS "
        f"SELECT NULL::BIGINT AS _line, {columns} WHERE false"
    )


def ask(database: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a query, which is given more memory for as long as it runs, if it needs more."""
    try:
        return database.execute(sql).fetchall()
    except duckdb.OutOfMemoryException:
        with memory_of(database):
            add_memory(database)
            return with_memory(database, lambda: database.execute(sql).fetchall())


def with_memory(database: duckdb.DuckDBPyConnection, run: Callable[[], Result]) -> Result:
    """What ``run`` returns; while memory does not suffice for it, a quarter more is set aside."""
    while True:
        try:
            return run()
        except duckdb.OutOfMemoryException:
            if not add_memory(database):
                raise


@contextmanager
def memory_of(database: duckdb.DuckDBPyConnection, least: int = 0) -> Iterator[None]:
    """A block in which at least so many bytes are set aside, and behind which as many as before."""
    usual = _memory(database)
    if usual < least:
        set_memory(database, least)
    try:
        yield
    finally:
        if _memory(database) > usual:
            with suppress(duckdb.OutOfMemoryException):  # when what is held does not fit into it
                set_memory(database, usual)


def set_memory(database: duckdb.DuckDBPyConnection, size: int) -> None:
    """Set so many bytes aside for queries."""
    database.execute(f"SET memory_limit = '{size}B'")
    database.execute(f"SET VARIABLE memory = {size}")


def add_memory(database: duckdb.DuckDBPyConnection) -> bool:
    """Set a quarter more aside; False if the machine has no more."""
    memory = _memory(database)
    if memory > os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"):
        return False
    set_memory(database, memory * 5 // 4)
    return True


def _memory(database: duckdb.DuckDBPyConnection) -> int:
    ((memory,),) = database.execute("SELECT getvariable('memory')").fetchall()
    return int(memory)


def key_columns(resource: Resource) -> list[str]:
    """The primary key as SQL, by which the rows of a table ascend: whole numbers as numbers."""
    types = {field["name"]: field["type"] for field in resource.fields}
    return [
        f"TRY_CAST({quote(name)} AS BIGINT)" if types[name] == "integer" else quote(name)
        for name in resource.primary_key
    ]


@dataclass(frozen=True)
class Check:
    """A constraint: the rows that meet ``condition`` break it.

    Where there is a ``doubt``, a query that costs less, no row does unless it has a row.
    """

    code: str
    field: str
    condition: str
    message: str
    hint: str = ""
    doubt: str = ""


def check(
    package: Package,
    database: duckdb.DuckDBPyConnection,
    sound: set[str],
    keyed: set[str],
    proved: set[str],
) -> list[Finding]:
    """Findings of every constraint of every Table Schema on the tables that are ``sound``.

    What is known already is not asked again: that no two rows of the tables ``keyed`` share the
    primary key, and that the cells of the tables ``proved`` keep every constraint. Of others, one
    scan counts what breaks each constraint of a cell, and only what is broken is looked up.
    """
    found: list[Finding] = []
    lines = Lines()
    compare_ids(package, database, sound)
    for resource in package.tables:
        if resource.name not in sound:
            continue
        checks: list[Check] = []
        if resource.name not in proved:
            checks = list(_cell_checks(resource))
            counts = ", ".join(f"count_if({one.condition})" for one in checks)
            (broken,) = ask(database, f"SELECT {counts or 0} FROM {quote(resource.name)}")
            checks = [one for one, count in zip(checks, broken, strict=False) if count]
        if resource.name not in keyed:
            checks.append(_primary_key_check(resource))
        checks += _key_checks(resource, package, sound)
        for one in checks:
            if one.doubt and not ask(database, one.doubt):
                continue
            rows = ask(
                database,
                f"SELECT _line, {quote(one.field)} FROM {quote(resource.name)} AS t "
                f"WHERE {one.condition}",
            )
            for line, value in rows:
                column = lines.column(resource, line, one.field)
                shown = repr(value) if value is not None else "blank"
                message = one.message.replace("{value}", shown)
                found.append(Finding(resource.relative, line, column, one.code, message, one.hint))
    return found


def breaks_a_constraint(resource: Resource) -> str:
    """SQL condition of a row of which some cell breaks a constraint of its own."""
    return " OR ".join(f"({one.condition})" for one in _cell_checks(resource)) or "false"


def compare_ids(package: Package, database: duckdb.DuckDBPyConnection, sound: set[str]) -> None:
    """Make ``_doubtful(entity_type)``: the types whose active ids may not be those of their rows.

    The ids of a type and those of its rows are compared by their number and the sum of their
    64-bit hashes, which takes no memory; two different sets agree in them once in 2^64. Nothing is
    said of the types of tables that are not ``sound``.
    """
    typed = [table for table in package.tables if "entity_type" in table.schema]
    names = {table.name: text(table.schema["entity_type"]) for table in typed}
    unknown = ", ".join([names[name] for name in names if name not in sound] or ["''"])
    rows = [
        f"SELECT {names[table.name]}, count(*), sum(hash({quote(table.primary_key[0])})) "
        f"FROM {quote(table.name)}"
        for table in typed
    ]
    rows.append("SELECT NULL, NULL, NULL WHERE false")
    database.execute("CREATE TABLE _doubtful (entity_type VARCHAR)")
    try:
        ask(
            database,
            "INSERT INTO _doubtful SELECT entity_type FROM ("
            "SELECT entity_type, count(*) AS number, sum(hash(id)) AS hashes FROM ids "
            "WHERE status = 'active' GROUP BY entity_type) AS given FULL JOIN "
            f"({' UNION ALL '.join(rows)}) AS there(entity_type, number, hashes) "
            "USING (entity_type) WHERE (given.number IS DISTINCT FROM there.number "
            "OR given.hashes IS DISTINCT FROM there.hashes) "
            f"AND coalesce(entity_type NOT IN ({unknown}), true)",
        )
    except duckdb.Error:  # a package without the table of ids, or with another of that name
        database.execute(f"INSERT INTO _doubtful SELECT unnest([{', '.join(names.values())}])")


def _cell_checks(resource: Resource) -> Iterator[Check]:
    for field in resource.fields:
        name = field["name"]
        column = quote(name)
        constraints: JSON = field.get("constraints", {})
        if constraints.get("required"):
            yield Check("required", name, f"{column} IS NULL", f"{name} is blank", "it is required")
        if field["type"] == "integer":
            is_number = f"regexp_full_match({column}, '-?(0|[1-9][0-9]*)')"
            yield Check("type", name, f"NOT {is_number}", f"{name} is {{value}}, no whole number")
            for key, comparison in (("minimum", "<"), ("maximum", ">")):
                if key in constraints:
                    limit = int(constraints[key])
                    yield Check(
                        "range",
                        name,
                        f"{is_number} AND TRY_CAST({column} AS HUGEINT) {comparison} {limit}",
                        f"{name} is {{value}}, the {key} is {limit}",
                    )
        if field["type"] == "boolean":
            condition = f"{column} NOT IN ('true', 'false')"
            yield Check("type", name, condition, f"{name} is {{value}}", "write true or false")
        if "enum" in constraints:
            hint = f"one of the codes of {field.get('vocabulary', 'the schema')}"
            condition = f"{column} IS NOT NULL AND NOT {one_of(column, constraints['enum'])}"
            yield Check("enum", name, condition, f"{name} is {{value}}", hint)
        if "pattern" in constraints and patterns.fault(constraints["pattern"]) is None:
            matches = f"regexp_full_match({column}, {text(constraints['pattern'])})"
            hint = f"for example {field['example']}"
            yield Check("pattern", name, f"NOT {matches}", f"{name} is {{value}}", hint)
            if constraints["pattern"] == dates.PATTERN:
                # only a day can be missing from the calendar, or the year 0
                doubtful = f"strlen({column}) > 9 OR starts_with({column}, '0000')"
                condition = (
                    f"{matches} AND CASE WHEN {doubtful} THEN edtf_min({column}) IS NULL END"
                )
                message = f"{name} is {{value}}, no such day"
                yield Check("date", name, condition, message, hint)
        if field.get("format") == "uri":
            condition = f"NOT regexp_full_match({column}, 'https?://[^\\s<>\"]+')"
            yield Check("format", name, condition, f"{name} is {{value}}", "an http(s) address")


def _primary_key_check(resource: Resource) -> Check:
    key = resource.primary_key
    return Check(
        "primary-key",
        key[0],
        _repeated(resource, key),
        f"the key {', '.join(key)} stands in an earlier row ({{value}})",
        "one row a key",
        _repeats(resource, key),
    )


def _key_checks(resource: Resource, package: Package, sound: set[str]) -> Iterator[Check]:
    for field in resource.fields:
        if field.get("constraints", {}).get("unique"):
            name = field["name"]
            yield Check(
                "unique",
                name,
                _repeated(resource, [name]),
                f"{name} {{value}} repeats",
                doubt=_repeats(resource, [name]),
            )
    for unique in resource.schema.get("uniqueKeys", []):
        yield Check(
            "unique",
            unique[0],
            _repeated(resource, unique),
            f"{', '.join(unique)} together repeat an earlier row ({{value}})",
            "drop one or tell them apart",
            _repeats(resource, unique),
        )
    known = {table.name for table in package.tables}
    for fields, target, target_fields in resource.foreign_keys:
        if target not in known or target not in sound:
            continue
        given = " AND ".join(f"t.{quote(field)} IS NOT NULL" for field in fields)
        same = " AND ".join(
            f"t.{quote(field)} = r.{quote(other)}"
            for field, other in zip(fields, target_fields, strict=True)
        )
        yield Check(
            "foreign-key",
            fields[0],
            f"{given} AND NOT EXISTS (SELECT 1 FROM {quote(target)} AS r WHERE {same})",
            f"{', '.join(fields)} {{value}} is not in {target}",
            f"add it to {target} or mend it",
            _dangles(resource, fields, target, target_fields),
        )


def _dangles(resource: Resource, fields: list[str], target: str, target_fields: list[str]) -> str:
    """Query: it has no row where each key given stands in the target."""
    entity_type = text(str(resource.schema.get("entity_type", "")))
    its_ids = target == "ids" and "entity_type" in resource.schema
    if its_ids and fields == resource.primary_key:
        return f"FROM _doubtful WHERE entity_type = {entity_type}"
    # rows seldom point at rows of their own table, and many point at one
    others = f"WHERE entity_type <> {entity_type}" if its_ids else ""
    given = ", ".join(map(quote, fields))
    same = " AND ".join(
        f"t.{quote(field)} = r.{quote(other)}"
        for field, other in zip(fields, target_fields, strict=True)
    )
    return (
        f"SELECT 1 FROM (SELECT DISTINCT {given} FROM {quote(resource.name)}) AS t "
        f"ANTI JOIN (SELECT {', '.join(map(quote, target_fields))} FROM {quote(target)} {others}) "
        f"AS r ON {same} WHERE ({given}) IS NOT NULL LIMIT 1"
    )


def _repeated(resource: Resource, fields: list[str]) -> str:
    """Condition: an earlier row has the same cells. Rows blank in all of them are left alone."""
    same = " AND ".join(
        f"r.{quote(field)} IS NOT DISTINCT FROM t.{quote(field)}" for field in fields
    )
    given = " OR ".join(f"t.{quote(field)} IS NOT NULL" for field in fields)
    return (
        f"({given}) AND EXISTS (SELECT 1 FROM {quote(resource.name)} AS r "
        f"WHERE {same} AND r._line < t._line)"
    )


def _repeats(resource: Resource, fields: list[str]) -> str:
    """Query: it has no row where no two rows have the same hash, hence not the same cells."""
    given = " OR ".join(f"{quote(field)} IS NOT NULL" for field in fields)
    hashed = f"hash({', '.join(map(quote, fields))})"
    return (
        f"SELECT 1 FROM {quote(resource.name)} WHERE {given} "
        f"GROUP BY {hashed} HAVING count(*) > 1 LIMIT 1"
    )


def one_of(cell: str, values: Iterable[str]) -> str:
    """SQL condition: the cell is one of the values; faster than ``IN``, which becomes a join."""
    return f"TRY_CAST({cell} AS ENUM ({', '.join(map(text, dict.fromkeys(values)))})) IS NOT NULL"


def literal(path: Path) -> str:
    """A path as a pattern that DuckDB's readers match with this path alone."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def quote(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A value as an SQL string."""
    return "'" + str(value).replace("'", "''") + "'"
