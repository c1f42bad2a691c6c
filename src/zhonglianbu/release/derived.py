"""Each view as CSV in ``derived/``, with a descriptor and Table Schemas of its own."""

from __future__ import annotations

from .. import views
from ..gate.tables import quote, text
from ..package import JSON
from .base import Format, Release
from .csv_json import write_json


def write(release: Release) -> None:
    (release.target / "derived").mkdir()
    resources: list[JSON] = []
    for table, view in zip(release.views, views.read_all(), strict=True):
        path = release.target / table.csv
        release.database.execute(
            f"COPY {quote(table.name)} TO {text(str(path))} "
            "(FORMAT csv, HEADER true, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NULLSTR '')"
        )
        resources.append(
            {
                "name": table.name,
                "title": table.title,
                "description": table.description,
                "path": path.name,
                "type": "table",
                "profile": "tabular-data-resource",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "dialect": {"delimiter": ",", "lineTerminator": "\n"},
                "bytes": path.stat().st_size,
                "hash": f"sha256:{release.content_hash(table)}",
                "schema": view.schema,
            }
        )
    kept = {
        key: release.package.descriptor[key]
        for key in ("$schema", "version", "as_of", "licenses", "contributors")
    }
    descriptor = {
        "name": f"{release.name}-derived",
        "title": f"{release.about['title']}: derived tables",
        **kept,
        "resources": resources,
    }
    write_json(release, "derived/datapackage.json", descriptor)


FORMAT = Format(
    "derived",
    "Derived tables as CSV, one of them flat",
    {".csv": "text/csv", ".json": "application/json"},
    write,
)
