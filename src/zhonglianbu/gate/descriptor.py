"""Layer 2, descriptor: the standard's profile, the house rules, and paths that stay inside."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import jsonschema
import referencing
import referencing.exceptions

from ..package import JSON, Package, PackageError, Resource, is_local, read_json
from . import patterns
from .findings import Finding

FILE = "datapackage.json"
PROFILE = "schemas/vendor/data-package-2.0.json"
HOUSE = "schemas/documents/descriptor.json"
HOUSE_TABLE = "schemas/documents/table-schema.json"
_PLAIN = "write a plain pattern that a reader's engine decides in one pass"


def check(package: Package) -> list[Finding]:
    """Findings on ``datapackage.json`` and on the Table Schemas it names."""
    found: list[Finding] = []
    for path in (PROFILE, HOUSE):
        found += against(package, package.descriptor, FILE, path, "descriptor")
    seen: set[str] = set()
    for meta in package.descriptor["resources"]:
        if not isinstance(meta, dict):
            continue
        for key in ("path", "schema", "jsonSchema"):
            value = meta.get(key)
            if not isinstance(value, str):
                continue
            if not is_local(value) or _leaves(package, value):
                message = f"the {key} {value!r} leads out of the package"
                found.append(_finding(message, "name a file inside it"))
        for key in ("name", "path"):
            value = str(meta.get(key))
            if f"{key}={value}" in seen:
                found.append(_finding(f"two resources have the {key} {value!r}", "drop one"))
            seen.add(f"{key}={value}")
    found += _undeclared(package)
    for resource in package.tables:
        if resource.schema_path and is_local(resource.schema_path):
            found += _table_schema(package, resource.schema_path)
    return found


def against(package: Package, value: JSON, file: str, schema_path: str, code: str) -> list[Finding]:
    """Findings of a JSON Schema of the package on a JSON value; no reference is fetched."""
    try:
        schema = read_json(package.root / schema_path)
    except PackageError as error:
        return [Finding(schema_path, 0, 0, code, str(error), "restore the schema")]
    for pattern in patterns.within(schema):
        if patterns.is_endless(pattern):
            message = f"a pattern can take endless time: {_shorten(pattern)}"
            return [Finding(schema_path, 0, 0, "descriptor-pattern", message, _PLAIN)]
    try:
        return [
            Finding(file, 0, 0, code, f"{_pointer(error)}: {_shorten(error.message)}", _hint(error))
            for error in _validator(json.dumps(schema)).iter_errors(value)
        ]
    except jsonschema.SchemaError as error:
        message = f"no JSON Schema: {_pointer(error)}: {_shorten(error.message)}"
    except referencing.exceptions.Unresolvable as error:
        message = f"refers to what is not in it: {error.ref}"
    return [Finding(schema_path, 0, 0, code, message, "restore the schema")]


@lru_cache(maxsize=8)
def _validator(schema: str) -> jsonschema.protocols.Validator:
    """Kept by its text: one JSON Schema judges all tables, and to judge it in turn is dear."""
    parsed = json.loads(schema)
    kind = jsonschema.validators.validator_for(parsed)
    kind.check_schema(parsed)
    # a registry of nothing: what the schema refers to outside itself is not fetched
    return kind(parsed, registry=referencing.Registry())


def _table_schema(package: Package, path: str) -> list[Finding]:
    try:
        schema = read_json(package.root / path)
    except PackageError as error:
        return [Finding(path, 0, 0, "descriptor", str(error), "restore the schema")]
    found = against(package, schema, path, HOUSE_TABLE, "descriptor")
    for name, pattern in _patterns(schema):
        if fault := patterns.fault(pattern):
            message = f"the pattern of {name} {fault}: {_shorten(pattern)}"
            found.append(Finding(path, 0, 0, "descriptor-pattern", message, _PLAIN))
    for name in _unknown_names(schema):
        message = f"a key names {name!r}, which is no field"
        found.append(Finding(path, 0, 0, "descriptor", message, "mend the name"))
    return found


def _unknown_names(schema: JSON) -> list[str]:
    """What the keys of a Table Schema name that is no field of it."""
    try:
        known = [field["name"] for field in schema["fields"]]
        key = schema["primaryKey"]
        named = [key] if isinstance(key, str) else list(key)
        named += [name for names in schema.get("uniqueKeys", []) for name in names]
        for foreign in schema.get("foreignKeys", []):
            fields = foreign["fields"]
            named += [fields] if isinstance(fields, str) else list(fields)
    except (KeyError, TypeError):
        return []  # the house rules say what is wrong
    return [str(name) for name in named if name not in known]


def _patterns(schema: JSON) -> list[tuple[str, str]]:
    """(field, pattern) of a Table Schema; what is no pattern is a matter of the house rules."""
    fields = schema.get("fields", [])
    return [
        (str(field.get("name")), field["constraints"]["pattern"])
        for field in (fields if isinstance(fields, list) else [])
        if isinstance(field, dict)
        and isinstance(field.get("constraints"), dict)
        and isinstance(field["constraints"].get("pattern"), str)
    ]


def readable(package: Package) -> list[Resource]:
    """The resources that further layers can check: local paths, and a schema that can be read."""
    usable = []
    for resource in package.resources:
        paths = [resource.relative, *filter(None, [resource.schema_path])]
        if not all(is_local(path) and not _leaves(package, path) for path in paths):
            continue
        if resource.is_table:
            try:
                names = [*resource.field_names, *resource.primary_key]
                keys = resource.foreign_keys
            except (PackageError, KeyError, TypeError):
                continue
            if not all(isinstance(name, str) for name in [*names, *(key[1] for key in keys)]):
                continue
            if _unknown_names(resource.schema):
                continue
        usable.append(resource)
    return usable


def _leaves(package: Package, path: str) -> bool:
    """Whether a symbolic link leads the path out of the package's folder."""
    root = package.root.resolve()
    return not (package.root / path).resolve().is_relative_to(root)


def _undeclared(package: Package) -> list[Finding]:
    """Files under data/ that no resource names would be published unchecked."""
    declared = {resource.relative for resource in package.resources}
    found = []
    for path in sorted((package.root / "data").rglob("*")):
        relative = path.relative_to(package.root).as_posix()
        if path.is_file() and relative not in declared:
            found.append(_finding(f"no resource names {relative}", "declare it or move it"))
    return found


def _finding(message: str, hint: str) -> Finding:
    return Finding(FILE, 0, 0, "descriptor-path", message, hint)


def _pointer(error: Any) -> str:
    return "/" + "/".join(str(part) for part in error.absolute_path)


def _shorten(message: str) -> str:
    return message if len(message) <= 200 else message[:160] + " … " + message[-30:]


def _hint(error: Any) -> str:
    described = error.schema.get("description") if isinstance(error.schema, dict) else None
    return _shorten(str(described)) if described else f"see {error.validator}"
