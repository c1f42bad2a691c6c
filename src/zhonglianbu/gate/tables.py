"""Layer 3, tables: all that the Table Schemas say, compiled to SQL and run in DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from .. import dates
from ..package import JSON, Package, Resource
from . import patterns
from .findings import Finding, Lines

#: Packages larger than this are held on disk while they are checked, within this memory.
LARGE = 512 << 20
MEMORY = "1GB"


@contextmanager
def opened(package: Package) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with every table of the package, still empty; gone when the block is left.

    Cells are text, blank ones NULL; ``_line`` is the row's line in its file.
    """
    size = sum(table.path.stat().st_size for table in package.tables if table.path.is_file())
    with ExitStack() as stack:
        if size > LARGE:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="zhonglianbu-")))
            database = stack.enter_context(duckdb.connect(folder / "tables.duckdb"))
            database.execute(f"SET memory_limit = '{MEMORY}'")
            database.execute(f"SET temp_directory = {text(str(folder))}")
        else:
            database = stack.enter_context(duckdb.connect())
        database.execute("SET enable_progress_bar = false")  # commands tell their own progress
        database.execute(dates.SQL_MACROS)
        for resource in package.tables:
            empty(database, resource)
            # rows stay in the order of the file, one line each below the header
            database.execute(
                f"CREATE VIEW {quote(resource.name)} AS SELECT rowid + 2 AS _line, * "
                f"FROM {_stored(resource)}"
            )
        yield database


def fill(database: duckdb.DuckDBPyConnection, resource: Resource) -> None:
    """Read a table's file into its table.

    Raises:
        duckdb.Error: the file is no CSV of these columns, or not UTF-8; the table stays empty.
    """
    database.execute(f"INSERT INTO {_stored(resource)} FROM {scan(resource)}")


def scan(resource: Resource) -> str:
    """SQL that reads a table's file: all cells as text, blank ones NULL, none guessed at."""
    # literals, not parameters: a dict as parameter makes DuckDB import pandas where it is installed
    columns = ", ".join(f"{text(name)}: 'VARCHAR'" for name in resource.field_names)
    return (
        f"read_csv({text(str(resource.path))}, header = true, all_varchar = true, delim = ',', "
        "quote = '\"', escape = '\"', nullstr = '', strict_mode = true, auto_detect = false, "
        f"columns = {{{columns}}})"
    )


@contextmanager
def loaded(package: Package) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same database with every row in it, of a package that the gate has passed."""
    with opened(package) as database:
        for resource in package.tables:
            fill(database, resource)
        yield database


def key_columns(resource: Resource) -> list[str]:
    """The primary key as SQL, by which the rows of a table ascend: whole numbers as numbers."""
    types = {field["name"]: field["type"] for field in resource.fields}
    return [
        f"TRY_CAST({quote(name)} AS BIGINT)" if types[name] == "integer" else quote(name)
        for name in resource.primary_key
    ]


def check(
    package: Package,
    database: duckdb.DuckDBPyConnection,
    sound: set[str],
    with_keys_proved: set[str],
) -> list[Finding]:
    """Findings of every constraint of every Table Schema.

    Each table is scanned once to count what breaks each constraint of its cells; only what is
    broken is looked up. Primary keys of the tables ``with_keys_proved`` are not asked again.
    """
    found: list[Finding] = []
    lines = Lines()
    for resource in package.tables:
        if resource.name not in sound:
            continue
        checks = list(_field_checks(resource))
        counts = database.execute(
            f"SELECT {', '.join(f'count_if({condition})' for _, _, condition, _, _ in checks)} "
            f"FROM {quote(resource.name)} AS t"
        ).fetchall()[0]
        checks = [one for one, count in zip(checks, counts, strict=True) if count]
        if resource.name not in with_keys_proved:
            checks.append(_primary_key_check(resource))
        checks += _key_checks(resource, package, sound)
        for code, field, condition, message, hint in checks:
            rows = database.execute(
                f"SELECT _line, {quote(field)} FROM {quote(resource.name)} AS t WHERE {condition}"
            ).fetchall()
            for line, value in rows:
                column = lines.column(resource, line, field)
                text = message.replace("{value}", repr(value) if value is not None else "blank")
                found.append(Finding(resource.relative, line, column, code, text, hint))
    return found


Check = tuple[str, str, str, str, str]
"""(code, field, SQL condition that a wrong row meets, message, hint)."""


def _field_checks(resource: Resource) -> Iterator[Check]:
    for field in resource.fields:
        name = field["name"]
        column = quote(name)
        constraints: JSON = field.get("constraints", {})
        if constraints.get("required"):
            yield "required", name, f"{column} IS NULL", f"{name} is blank", "it is required"
        if field["type"] == "integer":
            is_number = f"regexp_full_match({column}, '-?(0|[1-9][0-9]*)')"
            yield "type", name, f"NOT {is_number}", f"{name} is {{value}}, no whole number", ""
            for key, comparison in (("minimum", "<"), ("maximum", ">")):
                if key in constraints:
                    limit = int(constraints[key])
                    yield (
                        "range",
                        name,
                        f"{is_number} AND TRY_CAST({column} AS HUGEINT) {comparison} {limit}",
                        f"{name} is {{value}}, the {key} is {limit}",
                        "",
                    )
        if field["type"] == "boolean":
            condition = f"{column} NOT IN ('true', 'false')"
            yield "type", name, condition, f"{name} is {{value}}", "write true or false"
        if "enum" in constraints:
            codes = ", ".join(text(code) for code in constraints["enum"])
            hint = f"one of the codes of {field.get('vocabulary', 'the schema')}"
            yield "enum", name, f"{column} NOT IN ({codes})", f"{name} is {{value}}", hint
        if "pattern" in constraints and patterns.fault(constraints["pattern"]) is None:
            matches = f"regexp_full_match({column}, {text(constraints['pattern'])})"
            hint = f"for example {field['example']}"
            yield "pattern", name, f"NOT {matches}", f"{name} is {{value}}", hint
            if constraints["pattern"] == dates.PATTERN:
                condition = f"{matches} AND edtf_min({column}) IS NULL"
                yield "date", name, condition, f"{name} is {{value}}, no such day", hint
        if field.get("format") == "uri":
            condition = f"NOT regexp_full_match({column}, 'https?://[^\\s<>\"]+')"
            yield "format", name, condition, f"{name} is {{value}}", "an http(s) address"


def _primary_key_check(resource: Resource) -> Check:
    key = resource.primary_key
    return (
        "primary-key",
        key[0],
        _repeated(resource, key),
        f"the key {', '.join(key)} stands in an earlier row ({{value}})",
        "one row a key",
    )


def _key_checks(resource: Resource, package: Package, sound: set[str]) -> Iterator[Check]:
    for field in resource.fields:
        if field.get("constraints", {}).get("unique"):
            name = field["name"]
            yield "unique", name, _repeated(resource, [name]), f"{name} {{value}} repeats", ""
    for unique in resource.schema.get("uniqueKeys", []):
        yield (
            "unique",
            unique[0],
            _repeated(resource, unique),
            f"{', '.join(unique)} together repeat an earlier row ({{value}})",
            "drop one or tell them apart",
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
        yield (
            "foreign-key",
            fields[0],
            f"{given} AND NOT EXISTS (SELECT 1 FROM {quote(target)} AS r WHERE {same})",
            f"{', '.join(fields)} {{value}} is not in {target}",
            f"add it to {target} or mend it",
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


def empty(database: duckdb.DuckDBPyConnection, resource: Resource) -> None:
    """Make a table anew, without rows; deleting them would leave their row numbers taken."""
    columns = ", ".join(f"{quote(name)} VARCHAR" for name in resource.field_names)
    database.execute(f"CREATE OR REPLACE TABLE {_stored(resource)} ({columns})")


def _stored(resource: Resource) -> str:
    return quote(f"{resource.name} as stored")


def quote(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A value as an SQL string."""
    return "'" + str(value).replace("'", "''") + "'"
