"""The package in Croissant 1.0, the format of machine-learning catalogues.

Its records are those of the Parquet files: they are typed, and nothing in them is taken for missing
that is not (``NA`` is Namibia). Foreign keys are left to the descriptor, CSVW and SQL: a reader of
Croissant joins the tables along them, and fails where a table has several.
"""

from __future__ import annotations

from ..package import JSON
from .base import Format, Release, Table
from .csv_json import write_json

TYPES = {
    "string": "sc:Text",
    "integer": "sc:Integer",
    "boolean": "sc:Boolean",
    "date": "sc:Date",
}
#: The context that the specification gives; names that a reader of plain JSON looks for.
CONTEXT: JSON = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataBiases": "cr:dataBiases",
    "dataCollection": "cr:dataCollection",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "personalSensitiveInformation": "cr:personalSensitiveInformation",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def write(release: Release) -> None:
    descriptor = release.package.descriptor
    files = {file.path: file for file in release.data_files}
    tables = [*release.tables, *release.views]
    content = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": descriptor["name"],
        "alternateName": descriptor["title"],
        "description": descriptor["description"],
        "version": descriptor["version"],
        "datePublished": descriptor["as_of"],
        "license": descriptor["licenses"][0]["path"],
        "creator": [
            {"@type": "sc:Organization", "name": one["title"]} for one in descriptor["contributors"]
        ],
        "keywords": descriptor["keywords"],
        "citeAs": f"{descriptor['contributors'][0]['title']}: {descriptor['title']}, version "
        f"{descriptor['version']}, {descriptor['as_of'][:4]}",
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": files[path].id,
                "name": files[path].id,
                "description": f"{table.title}, as Parquet",
                "contentUrl": path,
                "contentSize": f"{files[path].bytes} B",
                "encodingFormat": "application/x-parquet",  # so the specification calls it
                "sha256": files[path].sha256,
            }
            for table in tables
            for path in [_path(table)]
        ],
        "recordSet": [_record_set(table, files[_path(table)].id) for table in tables],
    }
    write_json(release, "croissant.json", content)


def _path(table: Table) -> str:
    return f"parquet/{table.name}.parquet"


def _record_set(table: Table, file: str) -> JSON:
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": table.description,
        "key": [{"@id": f"{table.name}/{name}"} for name in table.key],
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{table.name}/{column.name}",
                "name": column.name,
                "description": column.description,
                "dataType": TYPES[column.type],
                "source": {"fileObject": {"@id": file}, "extract": {"column": column.name}},
            }
            for column in table.columns
        ],
    }


FORMAT = Format("croissant", "Croissant 1.0", {".json": "application/ld+json"}, write)
