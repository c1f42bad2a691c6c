"""Schemas, vocabularies and papers say one thing."""

from __future__ import annotations

import re

import pytest

from conftest import ROOT
from zhonglianbu import dates
from zhonglianbu.package import Package, Resource, read_json

PACKAGE = Package(ROOT)
VOCABULARIES = {
    vocabulary["name"]: [code["code"] for code in vocabulary["codes"]]
    for vocabulary in read_json(PACKAGE["vocabularies"].path)["vocabularies"]
}
#: The tables that the contract names.
CONTRACT = {
    "ids", "countries", "organizations", "parties", "people", "names", "identifiers", "posts",
    "tenures", "relations", "events", "series", "contacts", "participants", "stated_totals",
    "claims", "sources", "citations", "gaps",
}  # fmt: skip


def test_every_table_of_the_contract_and_no_other() -> None:
    assert {table.name for table in PACKAGE.tables} == CONTRACT
    assert {path.stem for path in (ROOT / "schemas" / "tables").glob("*.json")} == CONTRACT
    assert {path.stem for path in (ROOT / "data").glob("*.csv")} == CONTRACT


def test_enums_and_vocabularies_are_equal() -> None:
    used = set()
    for table in PACKAGE.tables:
        for field in table.fields:
            enum = field.get("constraints", {}).get("enum")
            assert (enum is None) == ("vocabulary" not in field), (table.name, field["name"])
            if enum:
                assert enum == VOCABULARIES[field["vocabulary"]], (table.name, field["name"])
                used.add(field["vocabulary"])
    assert used == set(VOCABULARIES)


@pytest.mark.parametrize("table", PACKAGE.tables, ids=lambda table: table.name)
def test_examples_satisfy_their_own_field(table: Resource) -> None:
    for field in table.fields:
        constraints = field.get("constraints", {})
        example = field["example"]
        if "pattern" in constraints:
            assert re.fullmatch(constraints["pattern"], example), (table.name, field["name"])
        if "enum" in constraints:
            assert example in constraints["enum"], (table.name, field["name"])
        if constraints.get("pattern") == dates.PATTERN:
            dates.bounds(example)


@pytest.mark.parametrize("table", PACKAGE.tables, ids=lambda table: table.name)
def test_fact_tables_end_with_a_note(table: Resource) -> None:
    assert (table.field_names[-1] == "note") == (table.name != "ids")


def test_an_unknown_property_in_a_schema_is_refused() -> None:
    """The house rules bite on a misspelt property, which the standard's profile lets pass."""
    import jsonschema

    house = read_json(ROOT / "schemas" / "documents" / "table-schema.json")
    schema = read_json(ROOT / "schemas" / "tables" / "claims.json")
    validator = jsonschema.validators.validator_for(house)(house)
    assert list(validator.iter_errors(schema)) == []
    schema["fields"][0]["constraint"] = {"required": True}
    assert list(validator.iter_errors(schema)) != []


def test_version_and_licences_are_said_alike_everywhere() -> None:
    version = PACKAGE.version
    assert PACKAGE.descriptor["licenses"][0]["name"] == "CC-BY-4.0"
    texts = {
        name: (ROOT / name).read_text(encoding="utf-8")
        for name in ("CITATION.cff", "README.md", "CHANGELOG.md", "pyproject.toml", "LICENSE")
    }
    assert f"version: {version}\n" in texts["CITATION.cff"]
    assert f"date-released: '{PACKAGE.descriptor['as_of']}'" in texts["CITATION.cff"]
    assert "license: CC-BY-4.0\n" in texts["CITATION.cff"]
    assert f"\n## {version} (" in texts["CHANGELOG.md"]
    assert f'version = "{version}"' in texts["pyproject.toml"]
    assert 'license = "MIT AND CC-BY-4.0"' in texts["pyproject.toml"]
    assert "Data: [CC BY 4.0]" in texts["README.md"]
    assert "Code: [MIT]" in texts["README.md"]
    assert f"version {version}" in texts["README.md"]
    assert "CC-BY-4.0" in texts["LICENSE"]
    assert "MIT" in texts["LICENSE"]
    assert (ROOT / "LICENSES" / "CC-BY-4.0.txt").read_text(encoding="utf-8").startswith("Creative")
