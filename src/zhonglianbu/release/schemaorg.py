"""The package as a Dataset of schema.org, in JSON-LD that needs no context from elsewhere."""

from __future__ import annotations

from ..package import JSON
from .base import Format, Release
from .csv_json import write_json


def dataset(descriptor: JSON) -> JSON:
    """What the descriptor says of the package in the terms of schema.org, without a context."""
    return {
        "@type": "Dataset",
        "name": descriptor["title"],
        "alternateName": descriptor["name"],
        "description": descriptor["description"],
        "version": descriptor["version"],
        "dateModified": descriptor["as_of"],
        "license": descriptor["licenses"][0]["path"],
        "isAccessibleForFree": True,
        "keywords": descriptor["keywords"],
        "creator": [
            {"@type": "Organization", "name": one["title"]} for one in descriptor["contributors"]
        ],
    }


def write(release: Release) -> None:
    descriptor = release.package.descriptor
    content = {
        "@context": {
            "@vocab": "https://schema.org/",
            "license": {"@type": "@id"},
            "contentUrl": {"@type": "@id"},
        },
        **dataset(descriptor),
        "isBasedOn": [
            {"@type": "CreativeWork", "name": one["title"], "url": one["path"]}
            for one in descriptor["sources"]
        ],
        "variableMeasured": [
            {
                "@type": "PropertyValue",
                "name": f"{table.name}.{column.name}",
                "description": column.description,
            }
            for table in (*release.tables, *release.views)
            for column in table.fields
        ],
        "distribution": [
            {
                "@type": "DataDownload",
                "name": file.path,
                "description": file.format.title,
                "contentUrl": file.path,
                "encodingFormat": file.media_type,
                "contentSize": f"{file.bytes} B",
                "sha256": file.sha256,
            }
            for file in release.data_files
        ],
    }
    write_json(release, "schemaorg.jsonld", content)


FORMAT = Format("schemaorg", "Dataset of schema.org", {".jsonld": "application/ld+json"}, write)
