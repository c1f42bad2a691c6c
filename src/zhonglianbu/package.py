"""A data package on disk: its descriptor, its resources and their rows."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

JSON = dict[str, Any]


class PackageError(Exception):
    """The package cannot be read at all; the message is one line for the user."""


@dataclass(frozen=True)
class Resource:
    """One resource of the descriptor: a table (CSV) or a document (JSON)."""

    root: Path
    meta: JSON

    @property
    def name(self) -> str:
        return str(self.meta["name"])

    @property
    def relative(self) -> str:
        """Path as the descriptor has it, from the package's root."""
        return str(self.meta["path"])

    @property
    def path(self) -> Path:
        return self.root / self.relative

    @property
    def is_table(self) -> bool:
        return self.meta.get("type") == "table"

    @cached_property
    def schema(self) -> JSON:
        """The Table Schema, read from its file where the descriptor gives a path."""
        schema = self.meta["schema"]
        if isinstance(schema, str):
            return read_json(self.root / schema)
        return dict(schema)

    @property
    def schema_path(self) -> str | None:
        """Where the schema's file is, from the root; None if it stands in the descriptor."""
        for key in ("schema", "jsonSchema"):
            if isinstance(self.meta.get(key), str):
                return str(self.meta[key])
        return None

    @property
    def fields(self) -> list[JSON]:
        return list(self.schema["fields"])

    @property
    def field_names(self) -> list[str]:
        return [field["name"] for field in self.fields]

    @property
    def primary_key(self) -> list[str]:
        key = self.schema["primaryKey"]
        return [key] if isinstance(key, str) else list(key)

    @property
    def foreign_keys(self) -> list[tuple[list[str], str, list[str]]]:
        """Each foreign key as (fields, referred table, referred fields)."""
        keys = []
        for key in self.schema.get("foreignKeys", []):
            reference = key["reference"]
            keys.append(
                (
                    _as_list(key["fields"]),
                    reference["resource"] or self.name,
                    _as_list(reference["fields"]),
                )
            )
        return keys

    @property
    def own_id(self) -> bool:
        """Whether each row has an id of its own: the primary key points at ``ids``."""
        return any(
            target == "ids" and fields == self.primary_key
            for fields, target, _ in self.foreign_keys
        )

    def field(self, name: str) -> JSON:
        """A field of the schema by its name."""
        return next(field for field in self.fields if field["name"] == name)

    def rows(self) -> list[dict[str, str]]:
        """All rows as text, blank cells as empty strings."""
        return parse_csv(self.path.read_text(encoding="utf-8"))

    def checked_rows(self) -> list[dict[str, str]]:
        """The same rows of a file that the gate has not passed.

        Raises:
            PackageError: the file is missing, no CSV, or has not the fields of the schema.
        """
        try:
            rows = self.rows()
        except (OSError, ValueError) as error:
            raise PackageError(f"{self.path}: {error}") from None
        if rows and list(rows[0]) != self.field_names:
            raise PackageError(f"{self.path}: the header is not {','.join(self.field_names)}")
        return rows


class Package:
    """A folder with a ``datapackage.json``.

    Raises:
        PackageError: there is no descriptor, or it is not JSON.
    """

    def __init__(self, root: Path | str):
        self.root = Path(root)
        self.descriptor = read_json(self.root / "datapackage.json")
        resources = self.descriptor.get("resources")
        if not isinstance(resources, list):
            raise PackageError(f"{self.root / 'datapackage.json'}: no list of resources")
        self.resources = [
            Resource(self.root, meta)
            for meta in resources
            if isinstance(meta, dict) and isinstance(meta.get("path"), str) and "name" in meta
        ]
        #: Names of all tables that the descriptor has, usable or not.
        self.table_names = [table.name for table in self.tables]

    @property
    def version(self) -> str:
        return str(self.descriptor.get("version", ""))

    @property
    def tables(self) -> list[Resource]:
        return [resource for resource in self.resources if resource.is_table]

    @property
    def documents(self) -> list[Resource]:
        return [resource for resource in self.resources if not resource.is_table]

    def __getitem__(self, name: str) -> Resource:
        for resource in self.resources:
            if resource.name == name:
                return resource
        raise KeyError(name)


def is_local(path: str) -> bool:
    """Whether a path of the descriptor stays inside the package: no address, no way up."""
    parts = PurePosixPath(path).parts
    return (
        bool(parts)
        and "://" not in path
        and "\\" not in path
        and "\0" not in path
        and not path.startswith(("/", "~"))
        and ".." not in parts
        and not (len(path) > 1 and path[1] == ":")
    )


def read_json(path: Path) -> JSON:
    """Read a JSON object, refusing duplicate keys, NaN and anything but an object."""

    def no_duplicates(pairs: list[tuple[str, Any]]) -> JSON:
        values: JSON = {}
        for key, value in pairs:
            if key in values:
                raise ValueError(f"the key {key!r} stands twice in one object")
            values[key] = value
        return values

    def no_constant(name: str) -> Any:
        raise ValueError(f"{name} is not JSON")

    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise PackageError(f"{path}: not a file")
        text = path.read_text(encoding="utf-8")
        loaded = json.loads(text, object_pairs_hook=no_duplicates, parse_constant=no_constant)
    except FileNotFoundError:
        raise PackageError(f"{path}: no such file") from None
    except OSError as error:
        raise PackageError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise PackageError(f"{path}: not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise PackageError(f"{path}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise PackageError(f"{path}: {error}") from None
    if not isinstance(loaded, dict):
        raise PackageError(f"{path}: an object was expected")
    return loaded


def parse_csv(text: str) -> list[dict[str, str]]:
    """Rows of a CSV text as dicts.

    Raises:
        ValueError: a row has another length than the header, or a quote is not closed.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = []
    try:
        header = next(reader, [])
        for row in reader:
            if len(row) != len(header):
                raise ValueError(f"line {reader.line_num} has {len(row)} cells, not {len(header)}")
            rows.append(dict(zip(header, row, strict=True)))
    except csv.Error as error:  # it has no common base with ValueError
        raise ValueError(f"line {reader.line_num}: {error}") from None
    return rows


def write_csv(header: list[str], rows: list[list[str]]) -> str:
    """A CSV text in the package's one dialect: comma, LF, quotes only where needed."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue()


def _as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
