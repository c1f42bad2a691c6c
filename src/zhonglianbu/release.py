"""The release: the package as people download it, in a folder of its own.

The same input gives the same bytes: nothing reads the clock, the locale or the folder's name.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import duckdb

from . import dates
from .gate.tables import loaded, quote, text
from .package import JSON, Package, Resource

#: What goes into the release beside the files that the descriptor names.
EXTRA_FILES = ("README.md", "CHANGELOG.md", "CITATION.cff")
EXTRA_FOLDERS = ("schemas", "rules", "LICENSES")

Progress = Callable[[str], None]


def build(package: Package, target: Path, progress: Progress) -> None:
    """Write the release of ``package`` into the new folder ``target``.

    Args:
        package: a package that the gate has passed.
        target: a folder that does not exist yet; the caller renames it when all is done.
        progress: told of each step in a few words.

    Raises:
        OSError: a file cannot be written.
    """
    target.mkdir(parents=True)
    progress("copying the package")
    copy_package(package, target)
    with loaded(package) as database:
        (target / "parquet").mkdir()
        for table in package.tables:
            progress(f"writing parquet/{table.name}.parquet")
            write_parquet(database, table, target / "parquet" / f"{table.name}.parquet")
        progress("writing zhonglianbu.sqlite")
        write_sqlite(database, package, target / "zhonglianbu.sqlite")
    progress("writing SHA256SUMS")
    write_sums(target)


def copy_package(package: Package, target: Path) -> None:
    """Copy data, schemas, rules and papers; the descriptor gains ``bytes`` and ``hash``."""
    for folder in EXTRA_FOLDERS:
        shutil.copytree(package.root / folder, target / folder, copy_function=shutil.copyfile)
    for name in EXTRA_FILES:
        shutil.copyfile(package.root / name, target / name)
    descriptor: JSON = json.loads(json.dumps(package.descriptor))
    for meta in descriptor["resources"]:
        content = (package.root / meta["path"]).read_bytes()
        meta["bytes"] = len(content)
        meta["hash"] = f"sha256:{hashlib.sha256(content).hexdigest()}"
        path = target / meta["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (target / "datapackage.json").write_text(
        json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )


def date_fields(table: Resource) -> list[str]:
    """The fields of a table that hold dates of the EDTF profile."""
    return [
        field["name"]
        for field in table.fields
        if field.get("constraints", {}).get("pattern") == dates.PATTERN
    ]


def typed_columns(table: Resource) -> list[tuple[str, str, str]]:
    """Columns of the typed formats as (name, SQL type, SQL expression over the text column).

    A date field is followed by ``<field>_min`` and ``<field>_max``: ``start_date`` by
    ``start_date_min`` and ``start_date_max``, the first and last day that it can mean.
    """
    types = {"string": "VARCHAR", "integer": "BIGINT", "boolean": "BOOLEAN"}
    columns = []
    with_dates = date_fields(table)
    for field in table.fields:
        name, kind = field["name"], types[field["type"]]
        columns.append((name, kind, f"CAST({quote(name)} AS {kind})"))
        if name in with_dates:
            columns.append((f"{name}_min", "DATE", f"edtf_min({quote(name)})"))
            columns.append((f"{name}_max", "DATE", f"edtf_max({quote(name)})"))
    return columns


def write_parquet(database: duckdb.DuckDBPyConnection, table: Resource, path: Path) -> None:
    """One table as Parquet, typed, in the order of the CSV."""
    columns = ", ".join(f"{sql} AS {quote(name)}" for name, _, sql in typed_columns(table))
    database.execute(
        f"COPY (SELECT {columns} FROM {quote(table.name)} ORDER BY _line) "
        f"TO {text(str(path))} (FORMAT parquet, COMPRESSION zstd)"
    )


def write_sqlite(database: duckdb.DuckDBPyConnection, package: Package, path: Path) -> None:
    """All tables as one SQLite file: STRICT, with primary, unique and foreign keys."""
    types = {"VARCHAR": "TEXT", "BIGINT": "INTEGER", "BOOLEAN": "INTEGER", "DATE": "TEXT"}
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA page_size = 4096")
        for table in package.tables:
            connection.execute(create_table(table, types))
        for table in package.tables:
            columns = typed_columns(table)
            # dates as ISO text, since SQLite has no type for them
            select = ", ".join(
                f"CAST({sql} AS VARCHAR)" if kind == "DATE" else sql for _, kind, sql in columns
            )
            rows = database.execute(
                f"SELECT {select} FROM {quote(table.name)} ORDER BY _line"
            ).fetchall()
            marks = ", ".join("?" * len(columns))
            connection.executemany(f"INSERT INTO {quote(table.name)} VALUES ({marks})", rows)
        for table in package.tables:
            for fields, target, _ in table.foreign_keys:
                if target != "ids" and fields != table.primary_key:
                    connection.execute(
                        f"CREATE INDEX {quote(f'{table.name}_{fields[0]}')} "
                        f"ON {quote(table.name)} ({quote(fields[0])})"
                    )
        connection.commit()
        connection.execute("PRAGMA user_version = 1")
        connection.execute("VACUUM")
    finally:
        connection.close()


def create_table(table: Resource, types: dict[str, str]) -> str:
    """The statement that makes a table in SQLite, from its schema."""
    required = {
        field["name"] for field in table.fields if field.get("constraints", {}).get("required")
    }
    parts = []
    for name, kind, _ in typed_columns(table):
        part = f"{quote(name)} {types[kind]}"
        if name in required:
            part += " NOT NULL"
        if kind == "BOOLEAN":
            part += f" CHECK ({quote(name)} IN (0, 1))"
        parts.append(part)
    parts.append(f"PRIMARY KEY ({', '.join(map(quote, table.primary_key))})")
    for fields, target, target_fields in table.foreign_keys:
        parts.append(
            f"FOREIGN KEY ({', '.join(map(quote, fields))}) "
            f"REFERENCES {quote(target)} ({', '.join(map(quote, target_fields))})"
        )
    return f"CREATE TABLE {quote(table.name)} (\n  " + ",\n  ".join(parts) + "\n) STRICT"


def write_sums(target: Path) -> None:
    """``SHA256SUMS`` over every other file, as ``sha256sum --check`` reads it."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(target).as_posix()}"
        for path in sorted(target.rglob("*"), key=lambda path: path.relative_to(target).as_posix())
        if path.is_file()
    ]
    (target / "SHA256SUMS").write_text("\n".join(lines) + "\n", encoding="utf-8")
