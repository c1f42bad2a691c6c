"""Metadata of the release: each kind passes its validator, and each mistake fails it."""

from __future__ import annotations

import copy
import json
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mlcroissant
import pytest

import validators
from conftest import ROOT
from reading import Expected, expected
from zhonglianbu.package import Package

Change = Callable[[Any], None]


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """No validator may ask the network for a schema or a context."""

    def refuse(*_: object) -> None:
        raise OSError("a connection was tried, though everything must work offline")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_the_real_metadata_are_without_fault(built: Path) -> None:
    assert validators.citation(built) == []
    assert validators.schemaorg(built) == []
    assert validators.dcat(built) == []
    assert validators.croissant(built, ["countries"]) == []
    assert validators.codebook(built) == []
    assert validators.descriptors(built) == []


def test_csvw_reads_every_cell(built: Path) -> None:
    assert validators.csvw(built) == []


@pytest.fixture(scope="module")
def tables(built: Path) -> dict[str, Expected]:
    return expected(built)


def test_croissant_has_every_cell(built: Path, tables: dict[str, Expected]) -> None:
    """mlcroissant loads the records of the built files."""
    dataset = mlcroissant.Dataset(built / "croissant.json")
    for name, table in tables.items():
        rows = [
            {
                key.removeprefix(f"{name}/"): value.decode() if isinstance(value, bytes) else value
                for key, value in row.items()
            }
            for row in dataset.records(name)
        ]
        table.check(rows)


def test_every_data_file_is_in_the_catalogues(built: Path) -> None:
    files = {
        path.relative_to(built).as_posix()
        for folder in ("data", "derived", "parquet", "stata", ".")
        for path in (built / folder).iterdir()
        if path.is_file()
    }
    papers = {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "CITATION.cff"}
    # metadata do not list each other: the one that comes last would have to hold its own hash
    metadata = {"schemaorg.jsonld", "dcat.jsonld", "croissant.json", "csv-metadata.json"}
    metadata.add("SHA256SUMS")
    listed = {
        one["contentUrl"]
        for one in json.loads((built / "schemaorg.jsonld").read_text(encoding="utf-8"))[
            "distribution"
        ]
    }
    assert listed == files - papers - metadata
    assert len(listed) > 80


def test_the_codebook_has_every_field_and_code(built: Path) -> None:
    html = (built / "docs" / "codebook.html").read_text(encoding="utf-8")
    markdown = (built / "docs" / "codebook.md").read_text(encoding="utf-8")
    assert markdown == (ROOT / "docs" / "codebook.md").read_text(encoding="utf-8")
    for table in Package(ROOT).tables:
        for name in table.field_names:
            assert f"<td><code>{name}</code></td>" in html
    rows = len(re.findall(r"^\|", markdown, re.M)) - len(re.findall(r"^\| ---", markdown, re.M))
    assert html.count("<tr>") == rows


# mutants: a copy of the release in which one file is changed


@pytest.fixture
def mutant(built: Path, tmp_path: Path) -> Iterator[Callable[[str, Change], Path]]:
    """A function that changes one JSON file of the release and gives the folder with it."""

    def make(name: str, change: Change) -> Path:
        root = tmp_path / "release"
        root.mkdir()
        for path in built.iterdir():
            if path.name != name.split("/")[0]:
                (root / path.name).symlink_to(path)
        content = copy.deepcopy(json.loads((built / name).read_text(encoding="utf-8")))
        change(content)
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(json.dumps(content), encoding="utf-8")
        return root

    yield make


def renamed(old: str, new: str) -> Change:
    def change(content: Any) -> None:
        content[new] = content.pop(old)

    return change


def without(key: str) -> Change:
    return lambda content: content.pop(key)


def put(value: Any, *path: Any) -> Change:
    def change(content: Any) -> None:
        for step in path[:-1]:
            content = content[step]
        content[path[-1]] = value

    return change


HASH = "0" * 64
SCHEMAORG = {
    "typo in a property": renamed("description", "descripton"),
    "typo in a class": put("DataDonwload", "distribution", 0, "@type"),
    "no licence": without("license"),
    "another licence": put("https://example.org/all-rights", "license"),
    "wrong hash": put(HASH, "distribution", 3, "sha256"),
    "no hash": lambda content: content["distribution"][3].pop("sha256"),
    "no such file": put("data/contact.csv", "distribution", 3, "contentUrl"),
    "wrong version": put("9.9.9", "version"),
    "no class": put("Thing", "@type"),
}
DCAT = {
    "typo in a property": renamed("dcterms:title", "dcterms:titel"),
    "typo in a property of a file": lambda content: renamed("dcat:byteSize", "dcat:bytesize")(
        content["dcat:distribution"][0]
    ),
    "no licence": without("dcterms:license"),
    "another licence": put("https://example.org/rights", "dcterms:license", "@id"),
    "wrong hash": put(
        HASH, "dcat:distribution", 0, "spdx:checksum", "spdx:checksumValue", "@value"
    ),
    "a date that is none": put("2026-13-01", "dcterms:modified", "@value"),
    "no publisher": without("dcterms:publisher"),
    "no address": lambda content: content["dcat:distribution"][0].pop("dcat:accessURL"),
    "no class": put("dcat:DataSet", "@type"),
}
CROISSANT = {
    "typo in a property": renamed("description", "descripton"),
    "no licence": without("license"),
    "wrong hash": lambda content: [one.update(sha256=HASH) for one in content["distribution"]],
    "no such file": put("parquet/country.parquet", "distribution", 2, "contentUrl"),
    "no such column": put("iso", "recordSet", 2, "field", 1, "source", "extract", "column"),
    "no such type": put("sc:Txt", "recordSet", 2, "field", 1, "dataType"),
    "wrong version": put("9.9.9", "version"),
}
CSVW = {
    "typo in a property": lambda content: renamed("tableSchema", "tableSchma")(
        content["tables"][0]
    ),
    "typo in a property of a column": put("x", "tables", 0, "tableSchema", "columns", 0, "nme"),
    "typo in Dublin Core": renamed("dc:title", "dc:titel"),
    "no licence": without("dc:license"),
    "no such file": put("data/organisations.csv", "tables", 0, "url"),
    "no such column": lambda content: content["tables"][0]["tableSchema"]["columns"][1].update(
        name="sort", titles="sort"
    ),
    "wrong type": put("integer", "tables", 0, "tableSchema", "columns", 2, "datatype"),
    "wrong key": put(["kind"], "tables", 0, "tableSchema", "primaryKey"),
    "wrong foreign key": put(
        ["family"], "tables", 1, "tableSchema", "foreignKeys", 0, "columnReference"
    ),
}


@pytest.mark.parametrize("name", SCHEMAORG)
def test_schemaorg_bites(mutant: Callable[[str, Change], Path], name: str) -> None:
    assert validators.schemaorg(mutant("schemaorg.jsonld", SCHEMAORG[name]))


@pytest.mark.parametrize("name", DCAT)
def test_dcat_bites(mutant: Callable[[str, Change], Path], name: str) -> None:
    assert validators.dcat(mutant("dcat.jsonld", DCAT[name]))


@pytest.mark.parametrize("name", CROISSANT)
def test_croissant_bites(mutant: Callable[[str, Change], Path], name: str) -> None:
    assert validators.croissant(mutant("croissant.json", CROISSANT[name]), ["countries"])


def two_tables(change: Change) -> Change:
    """A change of the metadata of two small tables, so that each mutant is read quickly."""

    def changed(content: Any) -> None:
        tables = {one["url"]: one for one in content["tables"]}
        content["tables"] = [tables["data/organizations.csv"], tables["data/parties.csv"]]
        del content["tables"][0]["tableSchema"]["foreignKeys"]
        change(content)

    return changed


@pytest.mark.parametrize("name", CSVW)
def test_csvw_bites(mutant: Callable[[str, Change], Path], name: str) -> None:
    assert validators.csvw(mutant("csv-metadata.json", two_tables(CSVW[name])))


def test_near_misses_pass(mutant: Callable[[str, Change], Path], tmp_path: Path) -> None:
    """What the standards allow, though this package does not write it."""
    root = mutant("schemaorg.jsonld", put(["zh", "en"], "inLanguage"))
    assert validators.schemaorg(root) == []


def test_near_misses_pass_in_dcat(mutant: Callable[[str, Change], Path]) -> None:
    issued = {"@type": "xsd:date", "@value": "2026-11-25"}
    assert validators.dcat(mutant("dcat.jsonld", put(issued, "dcterms:issued"))) == []


def test_near_misses_pass_in_croissant(mutant: Callable[[str, Change], Path]) -> None:
    change = put("https://example.org/", "url")
    assert validators.croissant(mutant("croissant.json", change), ["countries"]) == []


def test_near_misses_pass_in_csvw(mutant: Callable[[str, Change], Path]) -> None:
    change = two_tables(put("2026-11-25", "dc:issued"))
    assert validators.csvw(mutant("csv-metadata.json", change)) == []


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("datapackage.json", put(f"sha256:{HASH}", "resources", 0, "hash")),
        ("datapackage.json", without("licenses")),
        ("datapackage.json", put("9.9.9", "version")),
        ("datapackage.json", put("data/contact.csv", "resources", 0, "path")),
    ],
)
def test_descriptors_bite(mutant: Callable[[str, Change], Path], file: str, change: Change) -> None:
    assert validators.descriptors(mutant(file, change))


@pytest.mark.parametrize(
    ("pattern", "new"),
    [
        ("^title:", "titel:"),
        ("^license: .*", "license: CC-BY-5.0"),
        ("^license: .*\n", ""),
        ("^license: .*", "license: MIT"),
        ("^version: .*", "version: 9.9.9"),
        ("^date-released: .*", "date-released: '2026-13-01'"),
        ("^type: .*", "type: data"),
        ("^authors:\n(- .*\n)+", ""),
    ],
)
def test_citation_bites(built: Path, tmp_path: Path, pattern: str, new: str) -> None:
    text = (built / "CITATION.cff").read_text(encoding="utf-8")
    changed = re.sub(pattern, new, text, count=1, flags=re.M)
    assert changed != text
    (tmp_path / "CITATION.cff").write_text(changed, encoding="utf-8")
    assert validators.citation(tmp_path)


def test_a_longer_citation_passes(built: Path, tmp_path: Path) -> None:
    text = (built / "CITATION.cff").read_text(encoding="utf-8")
    (tmp_path / "CITATION.cff").write_text(text + "url: https://example.org/\n", encoding="utf-8")
    assert validators.citation(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("</table>", ""),
        ('id="contacts"', 'id="contact"'),
        ('id="countries"', 'id="contacts"'),
        ("methodology.md", "method.md"),
        ("<style>", '<script src="https://example.org/a.js"></script><style>'),
        ("<!DOCTYPE html>", ""),
    ],
)
def test_codebook_bites(built: Path, tmp_path: Path, old: str, new: str) -> None:
    text = (built / "docs" / "codebook.html").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "docs").mkdir()
    for path in (built / "docs").glob("*.md"):
        (tmp_path / "docs" / path.name).symlink_to(path)
    (tmp_path / "docs" / "codebook.html").write_text(text.replace(old, new, 1), encoding="utf-8")
    assert validators.codebook(tmp_path)
