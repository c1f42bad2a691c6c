"""The CSV files as tables of CSV on the Web, with types and keys."""

from __future__ import annotations

from ..package import JSON
from .base import Column, Format, Release, Table
from .csv_json import write_json


def write(release: Release) -> None:
    descriptor = release.package.descriptor
    content = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:title": descriptor["title"],
        "dc:description": descriptor["description"],
        "dc:license": {"@id": descriptor["licenses"][0]["path"]},
        "dc:modified": {"@value": descriptor["as_of"], "@type": "xsd:date"},
        "dialect": {"delimiter": ",", "encoding": "utf-8", "header": True, "quoteChar": '"'},
        "tables": [_table(table, release) for table in (*release.tables, *release.views)],
    }
    write_json(release, "csv-metadata.json", content)


def _table(table: Table, release: Release) -> JSON:
    patterns = {}
    if table.resource:
        patterns = {
            field["name"]: field["constraints"]["pattern"]
            for field in table.resource.fields
            if "pattern" in field.get("constraints", {})
        }
    schema: JSON = {
        "columns": [_column(column, patterns.get(column.name)) for column in table.fields],
        "primaryKey": table.key,
    }
    if table.foreign_keys:
        paths = {other.name: other.csv for other in release.tables}
        schema["foreignKeys"] = [
            {
                "columnReference": fields,
                "reference": {"resource": paths[target], "columnReference": others},
            }
            for fields, target, others in table.foreign_keys
        ]
    return {
        "url": table.csv,
        "dc:title": table.title,
        "dc:description": table.description,
        "tableSchema": schema,
    }


def _column(column: Column, pattern: str | None) -> JSON:
    return {
        "name": column.name,
        "titles": column.name,
        "dc:description": column.description,
        "datatype": {"base": "string", "format": pattern} if pattern else column.type,
        "null": "",
        **({"required": True} if column.required else {}),
    }


FORMAT = Format("csvw", "CSV on the Web", {".json": "application/csvm+json"}, write)
