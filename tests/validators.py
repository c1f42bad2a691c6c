"""What is wrong with the metadata of a release, each kind asked of its own validator, offline."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import csvw as csvw_library
import html5lib
import mlcroissant
import pyshacl
import rdflib
import yaml
from rdflib.namespace import DCTERMS, RDF, SDO

from conftest import ROOT

#: The address that relative ones are resolved against.
BASE = "https://example.org/release/"
CROISSANT = rdflib.Namespace("http://mlcommons.org/croissant/")


def citation(root: Path) -> list[str]:
    """CITATION.cff: by cffconvert, and the licence by the descriptor."""
    path = root / "CITATION.cff"
    result = subprocess.run(
        [Path(sys.executable).parent / "cffconvert", "--validate", "-i", path],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT / "tests" / "offline")},
        check=False,
    )
    if result.returncode:
        return [result.stderr.strip()]
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [*same_package(root, content.get("license"), content.get("version"))]


def schemaorg(root: Path) -> list[str]:
    """schema.org: expanded terms by its vocabulary, their use by shapes, the hashes by files."""
    content, graph = read_graph(root / "schemaorg.jsonld")
    vocabulary = set(dir(SDO)) | {RDF.type}
    terms = set(graph.predicates()) | set(graph.objects(predicate=RDF.type))
    return [
        *(f"no term of schema.org: {term}" for term in terms - vocabulary),
        *shapes(graph, "schemaorg"),
        *same_package(root, content.get("license"), content.get("version")),
        *hashes(
            root,
            {one["contentUrl"]: one.get("sha256") for one in content.get("distribution", [])},
        ),
    ]


def dcat(root: Path) -> list[str]:
    """DCAT: by closed shapes, so that no term is misspelt; the hashes by the files."""
    content, graph = read_graph(root / "dcat.jsonld")
    checksum, value = (
        rdflib.URIRef(f"http://spdx.org/rdf/terms#{one}")
        for one in (
            "checksum",
            "checksumValue",
        )
    )
    url = rdflib.URIRef("http://www.w3.org/ns/dcat#downloadURL")
    stated = {
        str(address).removeprefix(BASE): str(graph.value(graph.value(file, checksum), value))
        for file, address in graph.subject_objects(url)
    }
    license = graph.value(rdflib.URIRef(BASE), DCTERMS.license)
    return [
        *shapes(graph, "dcat"),
        *same_package(root, license and str(license), content.get("dcat:version")),
        *hashes(root, stated),
    ]


def croissant(root: Path, record_sets: list[str]) -> list[str]:
    """Croissant: mlcroissant without error or warning loads the records, and checks the hashes."""
    path = root / "croissant.json"
    content, graph = read_graph(path)
    known = set(dir(SDO)) | {RDF.type, DCTERMS.conformsTo}
    terms = set(graph.predicates()) | set(graph.objects(predicate=RDF.type))
    foreign = [term for term in terms - known if not term.startswith(str(CROISSANT))]
    if foreign:
        return [f"no term of schema.org or Croissant: {term}" for term in foreign]
    with warnings_of("absl") as said:
        try:
            dataset = mlcroissant.Dataset(path)
            for name in record_sets:
                assert next(iter(dataset.records(name)))
        except Exception as error:  # each of its parts has exceptions of its own
            return [f"{type(error).__name__}: {error}"]
    return [*said, *same_package(root, content.get("license"), content.get("version"))]


def csvw(root: Path) -> list[str]:
    """CSV on the Web: csvw reads every cell and follows every key."""
    path = root / "csv-metadata.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    try:
        # strict would forbid a blank cell in a foreign key
        read = csvw_library.CSVW(str(path), validate=True, strict=False)
        faults = [] if read.is_valid else [str(one.message) for one in read.warnings]
    except (ValueError, OSError) as error:
        faults = [str(error)]
    described = [content, *content.get("tables", [])]
    described += [
        column
        for one in content.get("tables", [])
        for column in one.get("tableSchema", {}).get("columns", [])
    ]
    terms = {key[3:] for one in described for key in one if key.startswith("dc:")}
    known = {str(term).removeprefix(str(DCTERMS)) for term in dir(DCTERMS)}
    faults += [f"no term of Dublin Core: {term}" for term in terms - known]
    return [*faults, *same_package(root, content.get("dc:license", {}).get("@id"), None)]


def codebook(root: Path) -> list[str]:
    """The codebook's HTML: by html5lib's strict mode; every link has its end."""
    text = (root / "docs" / "codebook.html").read_text(encoding="utf-8")
    try:
        html5lib.HTMLParser(strict=True).parse(text)
    except html5lib.html5parser.ParseError as error:
        return [f"codebook.html: {error}"]
    ids: list[str] = []
    links: list[str] = []

    class Collector(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found = dict(attrs)
            ids.extend(value for key, value in attrs if key == "id" and value)
            links.extend(value for key, value in found.items() if key in ("href", "src") and value)

    Collector().feed(text)
    return [
        *(f"id {one} stands twice" for one in {one for one in ids if ids.count(one) > 1}),
        *(
            f"#{link} leads nowhere"
            for link in {one[1:] for one in links if one[0] == "#"} - {*ids}
        ),
        *(
            f"{link} leads nowhere"
            for link in {one for one in links if one[0] != "#"}
            if "://" in link or not (root / "docs" / link.split("#")[0]).is_file()
        ),
    ]


def descriptors(root: Path) -> list[str]:
    """``hash`` and ``bytes`` of both descriptors, and SHA256SUMS, by the files."""
    faults = []
    for path in (root / "datapackage.json", root / "derived" / "datapackage.json"):
        folder = path.parent.relative_to(root)
        content = json.loads(path.read_text(encoding="utf-8"))
        license = (content.get("licenses") or [{}])[0].get("name")
        faults += same_package(root, license, content.get("version"))
        stated = {
            (folder / one["path"]).as_posix(): one.get("hash", "").removeprefix("sha256:")
            for one in content["resources"]
        }
        faults += hashes(root, stated)
    sums = (root / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return faults + hashes(root, {line[66:]: line[:64] for line in sums})


def same_package(root: Path, license: str | None, version: str | None) -> Iterator[str]:
    """Faults where licence and version are not those of the tree's descriptor."""
    descriptor = json.loads((ROOT / "datapackage.json").read_text(encoding="utf-8"))
    (licence,) = descriptor["licenses"]
    if license not in (licence["name"], licence["path"]):
        yield f"the licence is {license}"
    if version not in (descriptor["version"], None):
        yield f"the version is {version}"


def hashes(root: Path, stated: dict[str, str | None]) -> list[str]:
    """Faults where a file is not there or is not the one whose hash is stated."""
    faults = [] if stated else ["no file is named"]
    for name, sha256 in stated.items():
        path = root / unquote(name)
        if not path.is_file():
            faults.append(f"{name}: no such file")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            faults.append(f"{name}: the hash is not {sha256}")
    return faults


def read_graph(path: Path) -> tuple[dict[str, Any], rdflib.Graph]:
    """The JSON and the graph that it means; a context from elsewhere would need the network."""
    content = json.loads(path.read_text(encoding="utf-8"))
    assert not isinstance(content["@context"], str)
    graph = rdflib.Graph()
    graph.parse(data=json.dumps(content), format="json-ld", publicID=BASE)
    return content, graph


def shapes(graph: rdflib.Graph, name: str) -> list[str]:
    """What breaks the shapes of that name."""
    with warnings_of("rdflib.term") as said:
        _, results, _ = pyshacl.validate(
            graph, shacl_graph=str(ROOT / "tests" / "shapes" / f"{name}.ttl"), inference="none"
        )
    shacl = rdflib.Namespace("http://www.w3.org/ns/shacl#")
    assert isinstance(results, rdflib.Graph)
    return said + [
        f"{results.value(one, shacl.focusNode)} {results.value(one, shacl.resultPath)}: "
        f"{results.value(one, shacl.resultMessage)}"
        for one in results.subjects(RDF.type, shacl.ValidationResult)
    ]


@contextmanager
def warnings_of(logger: str) -> Iterator[list[str]]:
    """What a library logs as a warning or worse while the block runs."""
    said: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(re.sub(r"\s+", " ", record.getMessage()))

    handler = Handler(logging.WARNING)
    logging.getLogger(logger).addHandler(handler)
    try:
        yield said
    finally:
        logging.getLogger(logger).removeHandler(handler)
