"""What changed between two packages: every operation is proved by a case before and after."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import diff as command
from conftest import ROOT, Small
from test_gate_cases import add_row, all_of, an_id, edit, json_edit, swap, text_edit
from zhonglianbu import diff, releases
from zhonglianbu.diff import Change
from zhonglianbu.package import Package, write_csv

Spoil = Callable[[Small], object]
DESCRIPTOR = "datapackage.json"
EVENTS = "schemas/tables/events.json"


@dataclass(frozen=True)
class Case:
    """``after`` gives just these operations and this bump."""

    name: str
    after: Spoil
    ops: dict[str, int]
    bump: str


def field_of(table: str, name: str, **values: Any) -> Spoil:
    """Other properties for a field; ``constraints`` are added to what is there."""

    def change(schema: dict[str, Any]) -> None:
        field = next(field for field in schema["fields"] if field["name"] == name)
        field.setdefault("constraints", {}).update(values.pop("constraints", {}))
        field.update(values)

    return json_edit(f"schemas/tables/{table}.json", change)


def columns(
    table: str, names: Callable[[list[str]], list[str]], renamed: dict[str, str] | None = None
) -> Spoil:
    """The table with other columns, in the schema and in the file; new ones are blank."""
    new_names = renamed or {}

    def run(small: Small) -> None:
        rows = small.rows(table)
        header = names(list(rows[0]))
        path = small.root / "schemas" / "tables" / f"{table}.json"
        schema = json.loads(path.read_text(encoding="utf-8"))
        known = {field["name"]: field for field in schema["fields"]}
        blank = {"type": "string", "title": "New", "description": "New.", "example": "x"}
        schema["fields"] = [
            known.get(name, blank) | {"name": new_names.get(name, name)} for name in header
        ]
        path.write_text(json.dumps(schema, ensure_ascii=False, indent=2), encoding="utf-8")
        small.path(table).write_text(
            write_csv(
                [new_names.get(name, name) for name in header],
                [[row.get(name, "") for name in header] for row in rows],
            ),
            encoding="utf-8",
        )

    return run


def resource(which: str, **values: Any) -> Spoil:
    def change(descriptor: dict[str, Any]) -> None:
        meta = next(meta for meta in descriptor["resources"] if meta["name"] == which)
        meta.update(values)

    return json_edit(DESCRIPTOR, change)


def without(name: str) -> Spoil:
    def change(descriptor: dict[str, Any]) -> None:
        descriptor["resources"] = [meta for meta in descriptor["resources"] if meta["name"] != name]

    return json_edit(DESCRIPTOR, change)


def one_more_table(small: Small) -> None:
    """The gaps a second time, under another name and with one field less."""

    def change(descriptor: dict[str, Any]) -> None:
        meta = next(meta for meta in descriptor["resources"] if meta["name"] == "gaps")
        descriptor["resources"].append(
            meta
            | {"name": "holes", "path": "data/holes.csv", "schema": "schemas/tables/holes.json"}
        )

    json_edit(DESCRIPTOR, change)(small)
    for folder, suffix in (("schemas/tables", "json"), ("data", "csv")):
        shutil.copyfile(
            small.root / folder / f"gaps.{suffix}", small.root / folder / f"holes.{suffix}"
        )


def codes(name: str, change: Callable[[list[dict[str, Any]]], object]) -> Spoil:
    def edit_codes(document: dict[str, Any]) -> None:
        change(next(one for one in document["vocabularies"] if one["name"] == name)["codes"])

    return json_edit("data/vocabularies.json", edit_codes)


def new_code(code: str, label: str) -> dict[str, str]:
    return {"code": code, "label": label, "definition": f"{label}.", "example": "x"}


def merged(old: str, new: str) -> Spoil:
    return edit("ids", old, status="merged", replaced_by=new, reason="Coded twice.")


def drop(table: str, key: str) -> Spoil:
    return lambda small: small.drop(table, key)


def renumbered(small: Small) -> None:
    """Lines moved about, as an editor may leave them: no change by meaning."""
    small.write("contacts", small.rows("contacts")[::-1])


CASES = [
    Case("nothing", lambda small: None, {}, "none"),
    Case("rows in another order", renumbered, {}, "none"),
    Case("cells quoted without need", swap("people", "Geng Biao", '"Geng Biao"'), {}, "none"),
    Case(
        "version and as_of",
        json_edit(DESCRIPTOR, lambda d: d.update(as_of="2027-01-01")),
        {},
        "none",
    ),
    # the package
    Case(
        "licence",
        json_edit(DESCRIPTOR, lambda d: d["licenses"][0].update(name="CC0-1.0")),
        {"licence-changed": 1},
        "major",
    ),
    Case(
        "title",
        json_edit(DESCRIPTOR, lambda d: d.update(title="Another")),
        {"package-described": 1},
        "patch",
    ),
    # tables
    Case("table gone", without("claims"), {"table-removed": 1}, "major"),
    Case("document gone", without("department"), {"table-removed": 1}, "major"),
    Case(
        "table under another name",
        resource("claims", name="assertions"),
        {"table-renamed": 1},
        "major",
    ),
    Case(
        "file moved",
        all_of(
            resource("claims", path="data/assertions.csv"),
            lambda small: small.path("claims").rename(small.path("assertions")),
        ),
        {"table-moved": 1},
        "major",
    ),
    Case(
        "another dialect",
        resource("claims", encoding="utf-8-sig"),
        {"table-moved": 1},
        "major",
    ),
    Case("new table", one_more_table, {"table-added": 1}, "minor"),
    Case(
        "table worded anew",
        json_edit(EVENTS, lambda s: s.update(description="Events.")),
        {"table-described": 1},
        "patch",
    ),
    Case(
        "another key",
        json_edit(EVENTS, lambda s: s.update(primaryKey=["event_id", "start_date"])),
        {"key-changed": 1},
        "major",
    ),
    # fields
    Case(
        "field gone",
        columns("events", lambda names: [name for name in names if name != "place"]),
        {"field-removed": 1},
        "major",
    ),
    Case(
        "field under another name",
        columns("events", lambda names: names, {"title": "label"}),
        {"field-renamed": 1},
        "major",
    ),
    Case(
        "field under another name, worded anew: its cells tell",
        all_of(
            columns("events", lambda names: names, {"title": "label"}),
            field_of("events", "label", description="Another."),
        ),
        {"field-renamed": 1, "field-described": 1},
        "major",
    ),
    Case(
        "field gone and another one new",
        all_of(
            columns("events", lambda names: names, {"title": "label"}),
            field_of("events", "label", description="Another."),
            lambda small: small.write(
                "events", [row | {"label": "Else"} for row in small.rows("events")]
            ),
        ),
        {"field-removed": 1, "field-inserted": 1},
        "major",
    ),
    Case(
        "fields in another order",
        columns("events", lambda names: [*names[:2], names[3], names[2], *names[4:]]),
        {"field-moved": 1},
        "major",
    ),
    Case(
        "new field in the middle",
        columns("events", lambda names: [*names[:3], "theme", *names[3:]]),
        {"field-inserted": 1},
        "major",
    ),
    Case(
        "new last field",
        columns("ids", lambda names: [*names, "theme"]),
        {"field-added": 1},
        "minor",
    ),
    Case(
        "new field before the note that ends the table",
        columns("events", lambda names: [*names[:-1], "theme", names[-1]]),
        {"field-added": 1},
        "minor",
    ),
    Case("another type", field_of("posts", "seats", type="string"), {"field-retyped": 1}, "major"),
    Case(
        "no longer required",
        field_of("events", "title", constraints={"required": False}),
        {"constraint-changed": 1},
        "minor",
    ),
    Case(
        "field worded anew",
        field_of("events", "title", description="Another."),
        {"field-described": 1},
        "patch",
    ),
    Case(
        "unique together",
        json_edit(EVENTS, lambda s: s.update(uniqueKeys=[["title"]])),
        {"constraint-changed": 1},
        "minor",
    ),
    # documents
    Case(
        "property of a document gone",
        json_edit("schemas/documents/department.json", lambda s: s["properties"].pop("mandate")),
        {"field-removed": 3},
        "major",
    ),
    Case(
        "property of a document new",
        json_edit("schemas/documents/department.json", lambda s: s["properties"].update(motto={})),
        {"field-added": 1},
        "minor",
    ),
    Case(
        "value of a document",
        json_edit("data/department.json", lambda d: d["formed"].update(value="1951")),
        {"value-changed": 1},
        "patch",
    ),
    # codes
    Case(
        "code gone",
        codes("source_kind", lambda all_of_it: all_of_it.pop()),
        {"code-removed": 1},
        "major",
    ),
    Case(
        "code renamed",
        all_of(
            codes("organization_kind", lambda all_of_it: all_of_it[0].update(code="faction")),
            lambda small: small.write(
                "organizations",
                [
                    row | {"kind": "faction" if row["kind"] == "party" else row["kind"]}
                    for row in small.rows("organizations")
                ],
            ),
        ),
        {"code-renamed": 1, "cell-changed": 2},
        "major",
    ),
    Case(
        "code new",
        codes("source_kind", lambda all_of_it: all_of_it.append(new_code("podcast", "Podcast"))),
        {"code-added": 1},
        "minor",
    ),
    Case(
        "code replaced by another",
        codes(
            "source_kind", lambda all_of_it: all_of_it.append(all_of_it.pop() | new_code("x", "X"))
        ),
        {"code-removed": 1, "code-added": 1},
        "major",
    ),
    Case(
        "code worded anew",
        codes("source_kind", lambda all_of_it: all_of_it[0].update(definition="Another.")),
        {"code-described": 1},
        "patch",
    ),
    Case(
        "code no longer marked reserved",
        codes("id_status", lambda all_of_it: [one.pop("reserved", 0) for one in all_of_it]),
        {},
        "none",
    ),
    # ids
    Case(
        "id gone with its row",
        all_of(drop("ids", "song-tao"), drop("people", "song-tao")),
        {"row-removed": 1, "id-lost": 1},
        "major",
    ),
    Case(
        "row gone, id still active",
        drop("people", "song-tao"),
        {"row-removed": 1, "id-lost": 1},
        "major",
    ),
    Case("id gone without a row", drop("ids", "ct-0x0x0x"), {"id-lost": 1}, "major"),
    Case(
        "row under another id",
        all_of(
            swap("people", "song-tao", "song-tao-1"),
            drop("ids", "song-tao"),
            an_id("song-tao-1", "person"),
        ),
        {"row-removed": 1, "row-added": 1, "id-renamed": 1, "id-added": 1},
        "major",
    ),
    Case(
        "id withdrawn",
        all_of(
            edit("ids", "song-tao", status="withdrawn", reason="No such person."),
            drop("people", "song-tao"),
        ),
        {"row-removed": 1, "id-withdrawn": 1},
        "major",
    ),
    Case(
        "id merged, a row re-pointed",
        all_of(
            merged("song-tao", "geng-biao"),
            drop("people", "song-tao"),
            edit("tenures", "tn-song-tao-head", person_id="geng-biao"),
        ),
        {"row-removed": 1, "id-merged": 1, "cell-changed": 1},
        "minor",
    ),
    Case(
        "id of another type",
        edit("ids", "song-tao", entity_type="post"),
        {"id-retyped": 1},
        "major",
    ),
    Case(
        "id active again",
        edit("ids", "ct-0x0x0x", status="active", reason=""),
        {"id-revived": 1},
        "minor",
    ),
    Case(
        "reason of a withdrawal mended",
        edit("ids", "ct-0x0x0x", reason="Announced only."),
        {"cell-changed": 1},
        "patch",
    ),
    Case("new id", an_id("li-si", "person"), {"id-added": 1}, "minor"),
    # rows and cells
    Case(
        "new row",
        all_of(an_id("li-si", "person"), add_row("people", person_id="li-si", name_en="Li Si")),
        {"id-added": 1, "row-added": 1},
        "minor",
    ),
    Case(
        "row without an id of its own gone",
        lambda small: small.write("participants", small.rows("participants")[:-1]),
        {"row-removed": 1},
        "minor",
    ),
    Case(
        "cell corrected, filled, cleared",
        all_of(
            edit("people", "song-tao", birth_date="1955-05", note="Seen."),
            edit("people", "geng-biao", death_date=""),
        ),
        {"cell-changed": 3},
        "patch",
    ),
]


def after(small: Small, tmp_path: Path, spoil: Spoil) -> list[Change]:
    """The changes that ``spoil`` makes to the small package."""
    if not small.path("department").with_suffix(".json").exists():
        shutil.copyfile(ROOT / "data/department.json", small.root / "data/department.json")
    old = tmp_path / "old"
    shutil.copytree(small.root, old)
    spoil(small)
    return diff.compare(Package(old), Package(small.root))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case, small: Small, tmp_path: Path) -> None:
    changes = after(small, tmp_path, case.after)
    found: dict[str, int] = {}
    for change in changes:
        found[change.op] = found.get(change.op, 0) + 1
    assert found == case.ops
    assert diff.bump(changes) == case.bump
    told = "\n".join(diff.summary(changes))
    assert bool(told) == bool(changes)


VIEW = """-- title: Countries
-- description: One row per country.
-- key: country_id
-- country_id string: The country.
-- name_en string: Its name.
SELECT country_id, name_en FROM countries
"""


@pytest.mark.parametrize(
    ("old", "new", "ops"),
    [
        ({"a": VIEW}, {"a": VIEW}, []),
        ({"a": VIEW}, {"a": VIEW.replace("FROM countries", "FROM countries WHERE true")}, []),
        ({"a": VIEW}, {}, ["table-removed"]),
        ({}, {"a": VIEW}, ["table-added"]),
        ({"a": VIEW}, {"a": VIEW.replace("-- name_en string: Its name.\n", "")}, ["field-removed"]),
        ({"a": VIEW}, {"a": VIEW.replace("name_en string", "name_en integer")}, ["field-retyped"]),
        ({"a": VIEW}, {"a": VIEW.replace("Its name.", "Name.")}, ["field-described"]),
        ({"a": VIEW}, {"a": VIEW.replace("\nSELECT", "\n-- x string: X.\nSELECT")},
         ["field-added"]),
        ({"a": VIEW}, {"a": VIEW.replace("-- name_en", "-- x string: X.\n-- name_en")},
         ["field-inserted"]),
        ({"a": VIEW}, None, []),
    ],
)  # fmt: skip
def test_derived_tables_are_compared_by_their_fields(
    old: dict[str, str], new: dict[str, str] | None, ops: list[str], small: Small, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(small.root, other)
    for root, found in ((small.root, old), (other, new)):
        if found is not None:
            folder = root / "src" / "zhonglianbu" / "views"
            folder.mkdir(parents=True)
            for name, text in found.items():
                (folder / f"{name}.sql").write_text(text, encoding="utf-8")
    changes = diff.compare(Package(small.root), Package(other))
    assert [change.op for change in changes] == ops


def test_a_tree_and_its_release_are_the_same(built: Path) -> None:
    assert diff.compare(Package(ROOT), Package(built)) == []


def test_every_operation_has_a_case_in_which_it_sets_the_bump() -> None:
    decided = {op for case in CASES for op in case.ops if diff.OPERATIONS[op][0] == case.bump}
    assert decided == set(diff.OPERATIONS)


def test_the_documentation_tells_every_operation() -> None:
    page = (ROOT / "docs" / "versioning.md").read_text(encoding="utf-8")
    for op, (level, what) in diff.OPERATIONS.items():
        assert f"| `{op}` | {level} | {what} |" in page


def test_changes_say_what_where_and_why(small: Small, tmp_path: Path) -> None:
    spoil = all_of(
        merged("song-tao", "geng-biao"),
        drop("people", "song-tao"),
        edit("tenures", "tn-song-tao-head", person_id="geng-biao"),
        edit("events", "ev-1951-04-founding-meeting", title="Founding, with «quotes», and a comma"),
    )
    text = diff.as_csv(after(small, tmp_path, spoil))
    rows = list(csv.DictReader(text.splitlines()))
    assert list(rows[0]) == ["op", "table", "id", "field", "old", "new", "reason"]
    assert {
        "op": "cell-changed", "table": "tenures", "id": "tn-song-tao-head", "field": "person_id",
        "old": "song-tao", "new": "geng-biao", "reason": "Coded twice.",
    } in rows  # fmt: skip
    assert {
        "op": "id-merged", "table": "ids", "id": "song-tao", "field": "status",
        "old": "active", "new": "merged geng-biao", "reason": "Coded twice.",
    } in rows  # fmt: skip
    (title,) = [row for row in rows if row["field"] == "title"]
    assert title["new"] == "Founding, with «quotes», and a comma"
    assert [row["id"] for row in rows if row["op"] == "row-removed"] == ["song-tao"]


@pytest.mark.parametrize(
    ("version", "level", "least"),
    [
        ("1.2.3", "none", "1.2.3"),
        ("1.2.3", "patch", "1.2.4"),
        ("1.2.3", "minor", "1.3.0"),
        ("1.2.3", "major", "2.0.0"),
        ("0.9.3", "patch", "0.9.4"),
        ("0.9.3", "minor", "0.10.0"),
        ("0.9.3", "major", "0.10.0"),
    ],
)
def test_least_version(version: str, level: str, least: str) -> None:
    assert diff.least_version(version, level) == least


def version(number: str) -> Spoil:
    return all_of(
        json_edit(DESCRIPTOR, lambda d: d.update(version=number)),
        text_edit("CHANGELOG.md", "# Changelog", f"# Changelog\n\n## {number} (2027-01-01)\n"),
    )


NEW_PERSON = all_of(an_id("li-si", "person"), add_row("people", person_id="li-si", name_en="Li Si"))


@pytest.mark.parametrize(
    ("spoil", "codes_refused"),
    [
        (lambda small: None, []),
        (edit("people", "song-tao", birth_date="1955"), ["version-bump"]),
        (all_of(edit("people", "song-tao", birth_date="1955"), version("0.1.1")), []),
        (all_of(NEW_PERSON, version("0.1.1")), ["version-bump", "since-version"]),
        (all_of(NEW_PERSON, version("0.2.0")), ["since-version"]),
        (all_of(NEW_PERSON, edit("ids", "li-si", since_version="0.2.0"), version("0.2.0")), []),
        (all_of(drop("people", "song-tao"), version("9.0.0")), ["id-lost"]),
        (
            json_edit(DESCRIPTOR, lambda d: d.update(version="0.0.9")),
            ["changelog", "version-bump"],
        ),
        (json_edit(DESCRIPTOR, lambda d: d.update(version="0.2.0")), ["changelog"]),
        (
            all_of(
                version("0.3.0"),
                text_edit("CHANGELOG.md", "## 0.3.0", "## 0.2.0 (2026-12-01)\n\n## 0.3.0"),
            ),
            ["changelog"],
        ),
        (lambda small: (small.root / "CHANGELOG.md").unlink(), ["changelog"]),
    ],
    ids=range(11),
)  # fmt: skip
def test_check_refuses(
    spoil: Spoil,
    codes_refused: list[str],
    small: Small,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (small.root / "CHANGELOG.md").write_text(
        "# Changelog\n\n## 0.1.0 (2026-11-25)\n\nFirst.\n", encoding="utf-8"
    )
    old = tmp_path / "old"
    shutil.copytree(small.root, old)
    spoil(small)
    assert command.main([str(old), str(small.root), "--check"]) == bool(codes_refused)
    lines = [line for line in capsys.readouterr().out.splitlines() if ":0:0 " in line]
    assert [line.split()[1] for line in lines] == codes_refused
    assert command.main([str(old), str(small.root)]) == 0


def test_this_tree_may_follow_the_last_release(capsys: pytest.CaptureFixture[str]) -> None:
    """The check of CI on the data itself; without tags or git it says what it skips."""
    status = command.main(["--check"])
    said = capsys.readouterr()
    assert status == 0, said.out
    assert ("least bump" in said.out) != ("skipped the comparison" in said.err)


def run_git(folder: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
    )


@pytest.fixture
def repository(small: Small, monkeypatch: pytest.MonkeyPatch) -> Small:
    """The small package as a repository with the tag v0.1.0; the command's own tree."""
    (small.root / "CHANGELOG.md").write_text(
        "# Changelog\n\n## 0.1.0 (2026-11-25)\n", encoding="utf-8"
    )
    run_git(small.root, "init", "-q")
    run_git(small.root, "add", "-A")
    run_git(small.root, "commit", "-qm", "First")
    run_git(small.root, "tag", "v0.1.0")
    run_git(small.root, "tag", "v0.1.0-rc1")
    monkeypatch.setattr(command, "ROOT", small.root)
    return small


def test_git_revisions_zips_and_folders_are_compared_alike(
    repository: Small, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = shutil.make_archive(str(tmp_path / "old"), "zip", repository.root)
    shutil.copytree(repository.root, tmp_path / "copy")
    repository.set("people", "song-tao", birth_date="1955")
    outputs = set()
    for old in ("v0.1.0", "HEAD", archive, str(tmp_path / "copy")):
        assert command.main([old, str(repository.root)]) == 0
        outputs.add(capsys.readouterr().out)
    assert outputs == {
        "0.1.0 -> 0.1.0\npeople: 1 cell changed (birth_date 1)\n"
        "least bump: patch; the next version is at least 0.1.1\n"
    }


def test_the_last_release_is_the_default(
    repository: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    edit("people", "song-tao", birth_date="1955")(repository)
    version("0.1.1")(repository)
    assert command.main([]) == 0
    assert "0.1.0 -> 0.1.1\npeople: 1 cell changed" in capsys.readouterr().out
    run_git(repository.root, "commit", "-qam", "Second")
    for tag in ("v0.1.1", "v0.0.10", "vacation"):
        run_git(repository.root, "tag", tag)
    assert releases.tags(repository.root) == ["v0.0.10", "v0.1.0", "v0.1.1"]
    assert command.main(["--check"]) == 0
    assert "least bump: none" in capsys.readouterr().out
    repository.set("people", "song-tao", birth_date="1955-04")
    assert command.main(["--check"]) == 1
    assert "at least 0.1.2 is needed" in capsys.readouterr().out


def test_a_clone_without_the_last_tag_compares_with_no_older_one(
    repository: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    edit("people", "song-tao", birth_date="1955")(repository)
    version("0.1.1")(repository)
    run_git(repository.root, "tag", "v0.0.9")
    run_git(repository.root, "tag", "-d", "v0.1.0")
    assert command.main(["--check"]) == 0
    said = capsys.readouterr()
    assert "this clone has v0.0.9, but not the last release, v0.1.0" in said.err
    assert "least bump" not in said.out


def test_a_clone_without_tags_says_what_it_skips(
    repository: Small,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_git(tmp_path, "clone", "-q", "--depth=1", "--no-tags", repository.root.as_uri(), "shallow")
    monkeypatch.setattr(command, "ROOT", tmp_path / "shallow")
    assert command.main(["--check"]) == 0
    assert "skipped the comparison: this clone has no tag" in capsys.readouterr().err
    shutil.rmtree(tmp_path / "shallow" / ".git")
    assert command.main(["--check"]) == 0
    assert "skipped the comparison: git tag: fatal: not a git" in capsys.readouterr().err
    monkeypatch.setenv("PATH", "")
    assert command.main(["--check"]) == 0
    assert "skipped the comparison: git cannot be run" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "message"),
    [
        ("v9.9.9", "Needed a single revision"),
        ("--output=/tmp/x", "unrecognized"),
        ("readme.txt", "neither a folder nor a zip"),
        ("empty", "datapackage.json: no such file"),
        ("broken", "cannot be compared"),
    ],
)
def test_what_cannot_be_compared_is_one_line(
    old: str,
    message: str,
    repository: Small,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "readme.txt").write_text("x", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    shutil.copytree(repository.root, tmp_path / "broken")
    (tmp_path / "broken" / "data" / "claims.csv").write_text("a,b\n1\n", encoding="utf-8")
    try:
        assert command.main([old, str(repository.root)]) == 2
    except SystemExit as stopped:  # argparse takes it for an option
        assert stopped.code == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert message in lines[-1]
    assert not any("Traceback" in line for line in lines)
