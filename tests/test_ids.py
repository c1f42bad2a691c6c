"""Ids are minted, merged and withdrawn wholly or not at all, and the gate passes what comes out."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import fmt
import ids as command
from conftest import ROOT, Small
from test_gate_cases import add_row, all_of, an_id, cited, edit, json_edit
from zhonglianbu import diff, gate, ids
from zhonglianbu.package import Package

Spoil = Callable[[Small], object]


def run(small: Small, *arguments: str) -> int:
    return command.main(["--package", str(small.root), *arguments])


def files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def cell(small: Small, table: str, key: str, field: str) -> str:
    return next(row for row in small.rows(table) if next(iter(row.values())) == key)[field]


def organization(name: str, **cells: str) -> Spoil:
    values = {"kind": "party", "name_en": name.upper(), "country_id": "ZAF"} | cells
    return all_of(
        add_row("organizations", organization_id=name, **values),
        an_id(name, "organization"),
        cited(name),
    )


#: The African National Congress once more, with all that can point at an organization.
TWICE = all_of(
    organization("zaf-a", name_zh="非国大", abbreviation="ANC"),
    add_row("parties", organization_id="zaf-a", partyfacts_match="none", family="social-democracy"),
    organization("zaf-a-youth", kind="party-organ", parent_id="zaf-a"),
    edit("names", "nm-ild-zhonglianbu", subject_id="zaf-a"),
    add_row(
        "citations", citation_id="ci-9z", subject_id="zaf-a", field="abbreviation",
        source_id="shinn-eisenman-2023", stance="supports",
    ),
    an_id("ci-9z", "citation"),
    add_row(
        "citations", citation_id="ci-9y", subject_id="zaf-a", field="name_en",
        source_id="shinn-eisenman-2023", stance="supports",
    ),
    an_id("ci-9y", "citation"),
    # the same page, the same place: it repeats ci-000006 once it speaks of the same party
    edit("citations", "ci-9zafa", locator="p. 89"),
)  # fmt: skip


def test_merge_repoints_every_row(small: Small, capsys: pytest.CaptureFixture[str]) -> None:
    TWICE(small)
    small.set("ids", "zaf-anc", replaced_by="zaf-a")
    party = "zaf-african-national-congress"
    assert run(small, "merge", "zaf-a", party, "--reason", "Coded twice.") == 0
    told = capsys.readouterr().out.splitlines()
    assert told[-1] == f"zaf-a is merged into {party}"

    assert gate.run(small.root) == []
    assert fmt.main([str(small.root), "--check"]) == 0
    for path in (small.root / "data").glob("*.csv"):
        pointing = [line for line in path.read_text("utf-8").splitlines() if "zaf-a," in line]
        assert pointing == (
            [f"zaf-a,organization,merged,{party},0.1.0,Coded twice."] if path.stem == "ids" else []
        )
    assert cell(small, "ids", "zaf-anc", "replaced_by") == party
    assert cell(small, "organizations", "zaf-a-youth", "parent_id") == party
    assert cell(small, "names", "nm-ild-zhonglianbu", "subject_id") == party
    assert cell(small, "parties", party, "partyfacts_id") == "1359"
    # what the row says now keeps its support, what it does not say is a contradiction
    assert cell(small, "citations", "ci-9z", "stance") == "supports"
    assert cell(small, "citations", "ci-9y", "stance") == "contradicts"
    assert cell(small, "citations", "ci-9y", "value_as_stated") == "ZAF-A"
    # a citation that repeats one is merged into it
    assert cell(small, "ids", "ci-9zafa", "replaced_by") == "ci-000006"
    assert not any(row["citation_id"] == "ci-9zafa" for row in small.rows("citations"))
    # nothing is lost without a word
    assert any("name_zh '非国大' (kept: '南非非国大')" in line for line in told)
    assert any("parties zaf-a goes with family 'social-democracy'" in line for line in told)


def test_merge_again_changes_nothing(small: Small, capsys: pytest.CaptureFixture[str]) -> None:
    TWICE(small)
    party = "zaf-african-national-congress"
    assert run(small, "merge", "zaf-a", party, "--reason", "Coded twice.") == 0
    before = files(small.root)
    capsys.readouterr()
    assert run(small, "merge", "zaf-a", party, "--reason", "Another reason.") == 0
    assert capsys.readouterr().out == f"zaf-a is merged into {party} already\n"
    assert files(small.root) == before


def second_report(small: Small, **foreign: str) -> None:
    """The contact ct-2a2a2a once more, with its participants."""
    contact = next(row for row in small.rows("contacts") if row["contact_id"] == "ct-2a2a2a")
    small.add("contacts", **(contact | {"contact_id": "ct-2b2b2b"}))
    for row in small.rows("participants"):
        if row["contact_id"] == "ct-2a2a2a":
            changed = foreign if row["side"] == "foreign" else {}
            small.add("participants", **(row | {"contact_id": "ct-2b2b2b"} | changed))
    an_id("ct-2b2b2b", "contact")(small)
    cited("ct-2b2b2b")(small)


def test_merge_of_contacts_keeps_each_participant_once(
    small: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    second_report(small)
    (small.root / "docs").mkdir()
    (small.root / "docs" / "distinct_contacts.csv").write_text(
        "contact_a,contact_b,reason\nct-2b2b2b,ct-3b3b3b,Two.\nct-2a2a2a,ct-3b3b3b,Two.\n",
        encoding="utf-8",
    )
    assert run(small, "merge", "ct-2b2b2b", "ct-2a2a2a", "--reason", "One meeting.") == 0
    told = [line for line in capsys.readouterr().out.splitlines() if "distinct" in line]
    assert told == ["docs/distinct_contacts.csv names ct-2b2b2b: mend or drop its row"]
    taking_part = [row["contact_id"] for row in small.rows("participants")]
    assert taking_part.count("ct-2a2a2a") == 2
    assert "ct-2b2b2b" not in taking_part
    assert cell(small, "citations", "ci-9ct2b2b2b", "subject_id") == "ct-2a2a2a"
    assert gate.run(small.root) == []


def test_withdraw_takes_what_only_speaks_of_it(
    small: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    all_of(
        add_row("sources", source_id="a-page", kind="book", title="T", reliability="official"),
        an_id("a-page", "source"),
        add_row(
            "citations", citation_id="ci-9a", subject_id="ct-4c4c4c", source_id="a-page",
            stance="supports",
        ),
        an_id("ci-9a", "citation"),
        add_row("ids", id="ct-1a1a1a", entity_type="contact", status="merged",
                replaced_by="ct-4c4c4c", since_version="0.1.0", reason="Coded twice."),
    )(small)  # fmt: skip
    assert gate.run(small.root) == []
    assert run(small, "withdraw", "ct-4c4c4c", "--reason", "It did not happen.") == 0
    gone = {"ct-4c4c4c", "ct-1a1a1a", "ci-000023", "ci-9a", "a-page"}
    for row in small.rows("ids"):
        if row["id"] in gone:
            assert (row["status"], row["replaced_by"]) == ("withdrawn", "")
            assert row["reason"] == "It did not happen."
        else:
            assert row["status"] == "active" or row["id"] in ("ct-0x0x0x", "zaf-anc")
    assert gate.run(small.root) == []
    assert fmt.main([str(small.root), "--check"]) == 0
    before = files(small.root)
    capsys.readouterr()
    assert run(small, "withdraw", "ct-4c4c4c", "--reason", "Again.") == 0
    assert capsys.readouterr().out == "ct-4c4c4c is withdrawn already\n"
    assert files(small.root) == before


def test_codes_first_used_or_last_used_change_their_mark(small: Small) -> None:
    """In the real vocabularies merged and withdrawn are reserved until an id is."""
    for row in small.rows("ids"):
        if row["status"] != "active":
            small.drop("ids", row["id"])

    def reserve(document: dict) -> None:
        (status,) = [one for one in document["vocabularies"] if one["name"] == "id_status"]
        for code in status["codes"]:
            code.pop("reserved", None)
            if code["code"] != "active":
                code["reserved"] = True

    json_edit("data/vocabularies.json", reserve)(small)
    assert gate.run(small.root) == []
    assert run(small, "withdraw", "ct-3b3b3b", "--reason", "Announced only.") == 0
    assert gate.run(small.root) == []
    marks = {
        (vocabulary["name"], code["code"]): code.get("reserved", False)
        for vocabulary in ids.read_json(small.root / "data/vocabularies.json")["vocabularies"]
        for code in vocabulary["codes"]
    }
    assert marks["id_status", "withdrawn"] is False
    assert marks["id_status", "merged"] is True
    # its row was the only seminar, held by video
    assert marks["contact_kind", "seminar"] is True
    assert marks["contact_mode", "in-person"] is False


@pytest.mark.parametrize("prefix", ["ct", "ci"])
def test_mint(prefix: str, small: Small, capsys: pytest.CaptureFixture[str]) -> None:
    before = {row["id"] for row in small.rows("ids")}
    assert run(small, "mint", prefix, "40") == 0
    minted = capsys.readouterr().out.split()
    assert len(set(minted)) == 40
    assert not before & set(minted)
    rows = {row["id"]: row for row in small.rows("ids")}
    kind = {"ct": "contact", "ci": "citation"}[prefix]
    for one in minted:
        assert re.fullmatch(rf"{prefix}-[2-9a-hjkmnp-z]{{6}}", one)
        assert rows[one]["entity_type"] == kind
        assert (rows[one]["status"], rows[one]["since_version"]) == ("active", "0.1.0")
    assert fmt.main([str(small.root), "--check"]) == 0
    assert {one.code for one in gate.run(small.root)} == {"ids-complete"}


def test_mint_never_gives_an_id_twice(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    edit_ = ids.Edit(Package(small.root))
    letters = iter("222222" * 2 + "333333")
    monkeypatch.setattr(ids.secrets, "choice", lambda _: next(letters))
    assert ids.mint(edit_, "ct", 2) == ["ct-222222", "ct-333333"]


def test_mint_a_new_prefix_by_its_type(small: Small, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(small, "mint", "spk", "--type", "person") == 0
    (one,) = capsys.readouterr().out.split()
    assert cell(small, "ids", one, "entity_type") == "person"


REASON = ("--reason", "Because.")
MERGE = "zaf-african-national-congress"


@pytest.mark.parametrize(
    ("spoil", "arguments", "message"),
    [
        (None, ["merge", "nobody", "song-tao", *REASON], "nobody is not in ids"),
        (None, ["merge", "song-tao", "nobody", *REASON], "nobody is not in ids"),
        (None, ["merge", "song-tao", "song-tao", *REASON], "cannot be merged into itself"),
        (None, ["merge", "song-tao", "ild-head", *REASON], "song-tao is a person, ild-head a post"),
        (None, ["merge", "song-tao", "geng-biao", "--reason", " "], "a reason is needed"),
        (None, ["merge", "zaf-anc", "cpc", *REASON], f"zaf-anc is merged into {MERGE}"),
        (None, ["merge", "cpc", "zaf-anc", *REASON], f"zaf-anc is merged into {MERGE}"),
        (None, ["merge", "ct-0x0x0x", "ct-2a2a2a", *REASON], "ct-0x0x0x is withdrawn: It was"),
        (
            lambda small: second_report(small, person_name="Another"),
            ["merge", "ct-2b2b2b", "ct-2a2a2a", *REASON],
            "participants ct-2b2b2b/2 says what no row of ct-2a2a2a says",
        ),
        (None, ["merge", "ild-bureau-4", "ild", *REASON],
         "rl-ild-bureau-4-part-of-ild would tie ild to itself"),
        (edit("ids", "ild-head", id="ild-chief"), ["merge", "ild-chief", "ild-bureau-4-head",
         *REASON], "ild-chief has no row in any table"),
        (None, ["withdraw", "nobody", *REASON], "nobody is not in ids"),
        (None, ["withdraw", "zaf-anc", *REASON], f"zaf-anc is merged into {MERGE}"),
        (None, ["withdraw", "ct-2a2a2a", "--reason", ""], "a reason is needed"),
        (None, ["withdraw", "cpc", *REASON], "cpc is needed: organizations ild has it as parent"),
        (None, ["withdraw", "six-parties-seminar", *REASON],
         "six-parties-seminar is needed: contacts ct-3b3b3b has it as series_id"),
        (None, ["withdraw", "ci-000004", *REASON], "ci-000004 is needed: department.json names"),
        (None, ["withdraw", "ci-000005", *REASON], "it would break a rule: data/organizations.csv"),
        (None, ["mint", "Ct"], "'Ct' is no prefix"),
        (None, ["mint", "ct", "0"], "between 1 and 10,000"),
        (None, ["mint", "xx"], "ids that begin with xx- are none yet"),
        (None, ["mint", "ild"], "ids that begin with ild- stand for organization, post"),
        (None, ["mint", "xx", "--type", "thing"], "thing is no type of thing"),
    ],
)  # fmt: skip
def test_what_is_impossible_is_refused_in_one_line(
    spoil: Spoil | None,
    arguments: list[str],
    message: str,
    small: Small,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if spoil:
        spoil(small)
    before = files(small.root)
    assert run(small, *arguments) == 1
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert line.startswith("ids: ")
    assert message in line
    assert files(small.root) == before


def test_a_package_with_mistakes_can_still_be_edited(small: Small) -> None:
    """Only what the edit itself would break refuses it."""
    small.set("events", "ev-1951-04-founding-meeting", country_id="XXX")
    assert run(small, "withdraw", "ci-000005", *REASON) == 1
    assert run(small, "withdraw", "ct-3b3b3b", *REASON) == 0
    assert {one.code for one in gate.run(small.root)} == {"foreign-key"}


@pytest.mark.parametrize("spoilt", [b'person_id,"x\n', b"\xff\xfe", b"a,b\n1\n", b"a\n1\n"])
def test_what_cannot_be_read_is_one_line(
    spoilt: bytes, small: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    small.path("people").write_bytes(spoilt)
    assert run(small, "mint", "ct") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"ids: {small.path('people')}: ")


@pytest.mark.parametrize("step", ["write", "rename"])
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_failure_at_any_step_leaves_all_as_it_was(
    step: str,
    nth: int,
    small: Small,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    TWICE(small)
    before = files(small.root)
    monkeypatch.setattr(ids.gate, "run", lambda _: [])
    calls = 0
    real = {"write": os.fsync, "rename": Path.replace}[step]

    def full(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        if calls == nth:
            raise OSError(28, "No space left on device")
        return real(*arguments)  # type: ignore[arg-type]

    if step == "write":
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr(Path, "replace", full)
    assert run(small, "merge", "zaf-a", MERGE, *REASON) == 2
    assert "No space left" in capsys.readouterr().err
    assert files(small.root) == before
    calls = nth
    assert run(small, "merge", "zaf-a", MERGE, *REASON) == 0


def test_the_diff_tells_what_was_done(small: Small, tmp_path: Path) -> None:
    old = tmp_path / "old"
    TWICE(small)
    ids.shutil.copytree(small.root, old)
    run(small, "merge", "zaf-a", MERGE, *REASON)
    changes = diff.compare(Package(old), Package(small.root))
    assert {change.id for change in changes if change.op == "id-merged"} == {"zaf-a", "ci-9zafa"}
    assert diff.bump(changes) == "minor"
    assert run(small, "withdraw", "ct-3b3b3b", *REASON) == 0
    assert diff.bump(diff.compare(Package(old), Package(small.root))) == "major"


def test_the_real_package_is_kept_in_its_form() -> None:
    """Reading and writing again changes nothing, so an edit touches only what it must."""
    assert ids.Edit(Package(ROOT)).texts() == {}
