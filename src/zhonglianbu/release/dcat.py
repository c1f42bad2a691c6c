"""The package as a Dataset of DCAT 3, in JSON-LD that needs no context from elsewhere."""

from __future__ import annotations

from ..package import JSON
from .base import File, Format, Release
from .csv_json import write_json

CONTEXT: JSON = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def write(release: Release) -> None:
    descriptor = release.package.descriptor
    license = {"@id": descriptor["licenses"][0]["path"], "@type": "dcterms:LicenseDocument"}
    agents = [
        {"@id": "#publisher", "@type": "foaf:Agent", "foaf:name": one["title"]}
        for one in descriptor["contributors"]
    ]
    content = {
        "@context": CONTEXT,
        "@id": "",
        "@type": "dcat:Dataset",
        "dcterms:identifier": f"{descriptor['name']}-{descriptor['version']}",
        "dcterms:title": _english(descriptor["title"]),
        "dcterms:description": _english(descriptor["description"]),
        "dcat:version": descriptor["version"],
        "dcterms:modified": {"@type": "xsd:date", "@value": descriptor["as_of"]},
        "dcterms:license": license,
        "dcterms:publisher": agents[0],
        "dcterms:creator": [{"@id": one["@id"]} for one in agents],
        "dcat:keyword": [_english(word) for word in descriptor["keywords"]],
        "dcterms:source": [{"@id": one["path"]} for one in descriptor["sources"]],
        "dcat:distribution": [
            _distribution(file, {"@id": license["@id"]}) for file in release.data_files
        ],
    }
    write_json(release, "dcat.jsonld", content)


def _distribution(file: File, license: JSON) -> JSON:
    return {
        "@id": f"#{file.id}",
        "@type": "dcat:Distribution",
        "dcterms:title": _english(file.path),
        "dcterms:description": _english(file.format.title),
        "dcat:accessURL": {"@id": file.path},
        "dcat:downloadURL": {"@id": file.path},
        "dcat:mediaType": {
            "@id": f"https://www.iana.org/assignments/media-types/{file.media_type}",
            "@type": "dcterms:MediaType",
        },
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(file.bytes)},
        "dcterms:license": license,
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": file.sha256},
        },
    }


def _english(text: str) -> JSON:
    return {"@language": "en", "@value": text}


FORMAT = Format("dcat", "Dataset of DCAT 3", {".jsonld": "application/ld+json"}, write)
