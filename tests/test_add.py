"""What a contributor adds goes in wholly, valid and cited, or not at all, and never twice."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import add as command
import end_tenure
import fmt
from conftest import ROOT, Small
from test_ids import cell, files
from zhonglianbu import adding, gate, ids, pages
from zhonglianbu.package import Package

PAGE = "https://www.idcpc.org.cn/bzhd/wshd/202307/t20230719_158001.html"
CONTACT: dict[str, Any] = {
    "contact": {
        "start_date": "2023-07-19",
        "date_basis": "event",
        "kind": "talks",
        "mode": "in-person",
        "direction": "outgoing",
        "place": "Cape Town",
        "country_id": "ZAF",
        "title": "Talks with the embassy of South Africa",
    },
    "participants": [
        {"side": "foreign", "organization_id": "zaf-embassy-in-china", "role": "ambassador"},
        {"side": "cpc", "organization_id": "ILD", "person_name": "刘建超",
         "person_id": "Liu Jianchao"},
    ],
    "sources": [
        {
            "url": PAGE,
            "kind": "news-article",
            "title": "刘建超访问南非",
            "published": "2023-07-19",
            "reliability": "official",
            "locator": "headline",
        }
    ],
}  # fmt: skip


@pytest.fixture(autouse=True)
def decisions(small: Small) -> None:
    (small.root / "docs").mkdir()
    text = "contact_a,contact_b,reason\n"
    (small.root / "docs" / "distinct_contacts.csv").write_text(text, encoding="utf-8")


def run(small: Small, kind: str, *arguments: str) -> int:
    return command.main(["--package", str(small.root), kind, *arguments])


def draft(small: Small, change: Callable[[dict[str, Any]], object] = lambda _: None) -> str:
    """The draft of a contact, changed, in a file."""
    loaded = json.loads(json.dumps(CONTACT))
    change(loaded)
    path = small.root.parent / "draft.json"
    path.write_text(json.dumps(loaded, ensure_ascii=False), encoding="utf-8")
    return str(path)


def assert_sound(small: Small) -> None:
    assert gate.run(small.root) == []
    assert fmt.main([str(small.root), "--check"]) == 0


def added(small: Small, out: str) -> str:
    found = re.search(r"^(\S+) is added$", out, re.M)
    assert found, out
    return found[1]


def test_contact_is_written_with_all_its_rows(
    small: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(small, "contact", "--draft", draft(small)) == 0
    out = capsys.readouterr().out
    id = added(small, out)
    assert_sound(small)
    assert "took liu-jianchao (Liu Jianchao) for Liu Jianchao" in out
    assert "took ild (" in out
    chinese, foreign = [row for row in small.rows("participants") if row["contact_id"] == id]
    # the Chinese side first, the usual cells filled, the country that of the organization
    assert (chinese["seq"], chinese["person_id"], chinese["country_id"]) == (
        "1",
        "liu-jianchao",
        "CHN",
    )
    assert (foreign["seq"], foreign["is_head"], foreign["capacity"]) == ("2", "true", "principal")
    assert foreign["country_id"] == "ZAF"
    assert cell(small, "contacts", id, "in_statistics") == "true"
    assert cell(small, "sources", "idcpc-t20230719-158001", "url") == PAGE
    cited = {
        row["field"]: (row["source_id"], row["locator"], row["stance"], row["value_as_stated"])
        for row in small.rows("citations")
        if row["subject_id"] == id
    }
    page = ("idcpc-t20230719-158001", "headline", "supports")
    assert cited == {
        "": (*page, ""),
        "start_date": (*page, "2023-07-19"),
        "place": (*page, "Cape Town"),
    }
    assert cell(small, "ids", id, "entity_type") == "contact"


def test_adding_again_changes_nothing(small: Small, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(small, "contact", "--draft", draft(small)) == 0
    id = added(small, capsys.readouterr().out)
    before = files(small.root)
    assert run(small, "contact", "--draft", draft(small)) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"{id} has all that already"
    assert files(small.root) == before


def test_check_changes_nothing(small: Small, capsys: pytest.CaptureFixture[str]) -> None:
    before = files(small.root)
    assert run(small, "contact", "--check", "--draft", draft(small)) == 0
    assert "can be added" in capsys.readouterr().out
    assert files(small.root) == before


def test_options_say_the_same_as_a_draft(small: Small, capsys: pytest.CaptureFixture[str]) -> None:
    options = []
    for name, value in CONTACT["contact"].items():
        options += [f"--{name.replace('_', '-')}", value]
    for one in CONTACT["participants"]:
        options += [f"--{one['side']}", *(f"{k}={v}" for k, v in one.items() if k != "side")]
    options += ["--source", *(f"{k}={v}" for k, v in CONTACT["sources"][0].items())]
    assert run(small, "contact", *options) == 0
    id = added(small, capsys.readouterr().out)
    assert run(small, "contact", "--draft", draft(small)) == 0
    assert f"{id} has all that already" in capsys.readouterr().out
    assert_sound(small)


def test_csv_says_the_same_as_a_draft(small: Small, capsys: pytest.CaptureFixture[str]) -> None:
    contact, (first, second), (source,) = (
        CONTACT["contact"], CONTACT["participants"], CONTACT["sources"]
    )  # fmt: skip
    names = sorted(first | second)
    header = [f"contact.{name}" for name in contact] + [f"participant.{name}" for name in names]
    header += [f"source.{name}" for name in source]
    rows = [
        [*contact.values(), *(first.get(name, "") for name in names), *source.values()],
        ["" for _ in contact] + [second.get(name, "") for name in names] + ["" for _ in source],
    ]
    path = small.root.parent / "draft.csv"
    text = "\n".join(",".join(row) for row in [header, *rows]) + "\n"
    path.write_text(text, encoding="utf-8-sig")  # as a spreadsheet saves it
    assert run(small, "contact", "--draft", str(path)) == 0
    id = added(small, capsys.readouterr().out)
    assert run(small, "contact", "--draft", draft(small)) == 0
    assert f"{id} has all that already" in capsys.readouterr().out


def test_questions_say_the_same_as_a_draft(
    small: Small, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(
        "2023-07-19,,event,party,talks,in-person,outgoing,Cape Town,ZAF,,"  # party is no kind
        "Talks with the embassy of South Africa,,,"
        # the name as printed is searched for by itself; proposals are chosen by number
        "刘建超,1,,international department,1,,,,,,n,"
        ",,ambassador,zaf-embassy-in-china,,,,,,n,"
        f"{PAGE},news-article,刘建超访问南非,,,2023-07-19,,,,official,,headline,n".split(",")
    )
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(command, "Interview", asking(answers))
    assert run(small, "contact") == 0, capsys.readouterr()
    told = capsys.readouterr()
    assert list(answers) == []
    assert "kind 'party' is none of meeting, talks" in told.out
    assert "1 liu-jianchao (Liu Jianchao)" in told.out
    id = added(small, told.out)
    assert run(small, "contact", "--draft", draft(small)) == 0
    assert f"{id} has all that already" in capsys.readouterr().out


def asking(answers: Iterator[str]) -> Callable[[Package], Any]:
    from zhonglianbu.questions import Interview

    def answer(_: str) -> str:
        try:
            return next(answers)
        except StopIteration:
            raise EOFError from None

    return lambda package: Interview(package, answer)


def test_broken_off_questions_write_nothing(
    small: Small, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(command, "Interview", asking(iter(["2023-07-19"])))
    before = files(small.root)
    assert run(small, "contact") == 1
    assert capsys.readouterr().err == "\nadd: broken off, nothing was written\n"
    assert files(small.root) == before


def test_answers_that_are_refused_are_kept(
    small: Small, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another person of a known encounter's party was met, which the person has to say why."""
    answers = (
        "2023-07-18,,event,meeting,in-person,outgoing,Johannesburg,ZAF,,A second meeting,,,"
        "刘建超,1,,ild,,,,,,n,,,chair,African National,1,,,,,,n,"
        f"{PAGE},news-article,,,,,,,,official,,,n"
    )
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(command, "Interview", asking(iter(answers.split(","))))
    assert run(small, "contact") == 1
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("add: it may be the encounter ct-2a2a2a")
    path = small.root / "drafts" / "contact-1.json"
    assert second == f"add: your answers are kept: mend {path}, then --draft {path}"
    assert run(small, "contact", "--draft", str(path), "--distinct", "Two meetings.") == 0
    assert_sound(small)


def test_questions_are_asked_on_a_terminal(small: Small) -> None:
    """The command as a process on a terminal of its own, left by the person in the middle."""
    ours, theirs = os.openpty()
    before = files(small.root)
    with subprocess.Popen(
        [sys.executable, ROOT / "scripts" / "add.py", "--package", small.root, "contact"],
        stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        os.write(ours, b"19 July\n2023-07-19\n\n\x04")
        out, err = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert "start_date '19 July' is not written as 2022-06-24" in out
    assert "Date basis: What the date rests on. (one of event, dateline" in out
    assert (process.returncode, err) == (1, "\nadd: broken off, nothing was written\n")
    assert files(small.root) == before


def contact(**cells: str) -> Callable[[dict[str, Any]], object]:
    return lambda loaded: loaded["contact"].update(cells)


def foreign(**cells: str) -> Callable[[dict[str, Any]], object]:
    return lambda loaded: loaded["participants"][0].update(cells)


def chinese(**cells: str) -> Callable[[dict[str, Any]], object]:
    return lambda loaded: loaded["participants"][1].update(cells)


def source(**cells: str) -> Callable[[dict[str, Any]], object]:
    return lambda loaded: loaded["sources"][0].update(cells)


def known_encounter(loaded: dict[str, Any]) -> None:
    """ct-2a2a2a as a page of the day after tells it."""
    loaded["contact"]["kind"] = "meeting"
    loaded["participants"][0] = {
        "side": "foreign", "organization_id": "zaf-african-national-congress"
    }  # fmt: skip


REFUSALS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "misspelt field": (contact(titel="x"), "contacts has no field 'titel' (perhaps title)"),
    "unknown key": (lambda one: one.update(participant=[]), "'participant' is none of"),
    "missing field": (contact(title="", kind=""), "contact lacks kind, title"),
    "code": (contact(kind="party"), "contact: kind 'party' is none of meeting, talks"),
    "boolean": (foreign(is_head="yes"), "participant 1: is_head 'yes' is neither true nor false"),
    "date": (contact(start_date="19 July 2023"), "start_date '19 July 2023' is not written as"),
    "no such day": (contact(start_date="2023-02-30"), "start_date '2023-02-30': day is out"),
    "after as_of": (contact(start_date="2031-01-01"), "lies after the day of the data"),
    "list in a cell": (
        lambda one: one["contact"].update(place=["A", "B"]), "place must be a text"
    ),
    "no source": (lambda one: one.update(sources=[]), "no source: a fact that cannot be cited"),
    "one side": (lambda one: one["participants"].pop(), "no participant of side cpc"),
    "side": (foreign(side="x"), "no participant of side foreign"),
    "unknown organization": (
        foreign(organization_id="Democratic Alliance"),
        "participant 1: organization_id: nothing in organizations is called 'Democratic Alliance': "
        "add it first with add.py organization",
    ),
    "inexact organization": (
        foreign(organization_id="African"),
        "'African' is no id; is it zaf-african-national-congress (African National Congress)?",
    ),
    "merged organization": (
        foreign(organization_id="zaf-anc"),
        "zaf-anc is merged into zaf-african-national-congress: use that",
    ),
    "id of another type": (foreign(organization_id="liu-jianchao"), "liu-jianchao is a person"),
    "person not decided": (
        lambda one: one["participants"][1].pop("person_id"),
        "participant 2: 刘建超 may be liu-jianchao (Liu Jianchao): say person_id=liu-jianchao, or "
        "person_id=none",
    ),
    "known encounter": (
        known_encounter,
        "it may be the encounter ct-2a2a2a, 2023-07-18, Meeting with the secretary-general of the "
        "African National Congress",
    ),
    "source without kind": (source(kind=""), "source 1 lacks kind"),
    "other words on a known source": (
        source(url="http://idcpc.gov.cn/lldt/202207/t20220701_149228.html"),
        "source 1: idcpc-t20220701-149228 is known with title",
    ),
    "source read too late": (source(accessed="2031-01-01"), "source 1: accessed of 2031-01-01"),
    "closer date than the row's": (
        lambda one: (
            contact(start_date="2023-07")(one), source(**{"states.start_date": "2023-07-19"})(one)
        ),
        "has start_date 2023-07, wider than 2023-07-19: mend it first",
    ),
    "states what the row has not": (
        lambda one: (contact(place="")(one), source(**{"states.place": "Cape Town"})(one)),
        "has no place: fill it in first",
    ),
    "states of no field": (source(**{"states.plce": "x"}), "has no field 'plce' (perhaps place)"),
    "rule": (contact(direction="local", mode="video"), "it would break a rule: data/contacts.csv:"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_refused_in_one_line_and_nothing_changed(
    name: str, small: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil, message = REFUSALS[name]
    before = files(small.root)
    assert run(small, "contact", "--draft", draft(small, spoil)) == 1
    told = capsys.readouterr()
    assert told.out == ""
    (line,) = told.err.splitlines()
    assert line.startswith("add: ")
    assert message in line
    assert files(small.root) == before


FAIR: dict[str, Callable[[dict[str, Any]], object]] = {
    "person said to be none": chinese(person_id="none"),
    "another person of a known encounter's party": lambda one: (
        known_encounter(one), one["participants"][0].update(person_name="拉马福萨")
    ),
    "known encounter with a reason": lambda one: (
        known_encounter(one), one.update(distinct="Two meetings on two days, as both pages say.")
    ),
    "hints": lambda one: one.update(hints={"organizations": ["ild"]}),
    "date with a qualifier": contact(start_date="2023-07~"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAIR)
def test_near_misses_pass(name: str, small: Small) -> None:
    assert run(small, "contact", "--draft", draft(small, FAIR[name])) == 0
    assert_sound(small)
    text = (small.root / "docs" / "distinct_contacts.csv").read_text(encoding="utf-8")
    assert ("Two meetings" in text) == (name == "known encounter with a reason")


def test_drafts_of_one_file_go_in_together_or_not_at_all(
    small: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    second = json.loads(json.dumps(CONTACT))
    second["contact"].update(kind="ceremony", title="")
    path = small.root.parent / "drafts.json"
    path.write_text(json.dumps({"drafts": [CONTACT, second]}), encoding="utf-8")
    before = files(small.root)
    assert run(small, "contact", "--draft", str(path)) == 1
    assert "drafts.json: draft 2: contact lacks title" in capsys.readouterr().err
    assert files(small.root) == before
    second["contact"]["title"] = "Ceremony at the embassy"
    path.write_text(json.dumps({"drafts": [CONTACT, second]}), encoding="utf-8")
    assert run(small, "contact", "--draft", str(path)) == 0
    assert capsys.readouterr().out.count(" is added") == 2
    assert_sound(small)
    # both cite the one page, which stands once
    assert sum(row["url"] == PAGE for row in small.rows("sources")) == 1


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", b"{", "a.json:1:2: not JSON"),
        ("a.json", b"[]", "an object was expected"),
        ("a.json", b'{"drafts": 3}', "drafts must be a list"),
        ("a.json", b'{"contact": 3}', "contact: an object was expected"),
        ("a.json", b'{"contact": {}, "sources": 3}', "sources must be a list"),
        ("a.json", b"{}", "there is no 'contact'"),
        ("a.csv", b"contact.kind\n\xff\n", "not UTF-8 at byte"),
        ("a.csv", b"kind\nmeeting\n", "a.csv:1: 'kind' must begin with contact., participant."),
        ("a.csv", b"participant.role\nx\n", "a.csv:2: the first row has nothing of the contact"),
        ("a.csv", b"contact.kind,contact.mode\nmeeting\n", "line 2 has 1 cells, not 2"),
        ("a.csv", b"contact.kind\n", "no row"),
        ("none.json", None, "no such file"),
        ("none.csv", None, "none.csv"),
    ],
)
def test_a_broken_draft_is_one_line(
    name: str, content: bytes | None, message: str, small: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    path = small.root.parent / name
    if content is not None:
        path.write_bytes(content)
    assert run(small, "contact", "--draft", str(path)) in (1, 2)
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line


def test_a_file_that_cannot_be_written_leaves_all(
    small: Small, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(small.root)
    replace, calls = Path.replace, []

    def third_fails(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == 3:
            raise OSError("no space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", third_fails)
    assert run(small, "contact", "--draft", draft(small)) == 2
    assert capsys.readouterr().err == "add: no space left on device\n"
    assert files(small.root) == before


ORGANIZATION = (
    "organization", "--kind", "party", "--name-en", "Democratic Alliance", "--abbreviation", "DA",
    "--country-id", "South Africa", "--source", "source_id=shinn-eisenman-2023", "locator=p. 90",
)  # fmt: skip


def test_organization_brings_its_party_row(
    small: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    small.set("countries", "ZAF", name_en="South Africa")
    assert run(small, *ORGANIZATION, "--family", "liberal") == 0
    assert added(small, capsys.readouterr().out) == "zaf-democratic-alliance"
    assert_sound(small)
    assert cell(small, "parties", "zaf-democratic-alliance", "partyfacts_match") == "unchecked"
    assert cell(small, "parties", "zaf-democratic-alliance", "family") == "liberal"
    before = files(small.root)
    assert run(small, *ORGANIZATION) == 0
    assert "zaf-democratic-alliance has all that already" in capsys.readouterr().out
    assert files(small.root) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["organization", "--kind", "party", "--name-en", "Afrícan national-congress"],
            "is zaf-african-national-congress (African National Congress) already; if this is "
            "another, give it an id with --organization-id and a --note that tells them apart",
        ),
        (["organization", "--kind", "embassy", "--name-en", "X", "--family", "liberal"],
         "only a party has family"),
        (["organization", "--kind", "party", "--name-en", "民主联盟"], "no id can be made of"),
        (["person", "--name-en", "Jianchao Liu", "--name-zh", "刘建超"], "刘建超 is liu-jianchao"),
        (["person", "--name-en", "Ct", "--person-id", "ct-0x0x0x"], "was given before"),
        (["person", "--name-zh", "王毅"], "person lacks name_en"),
    ],
)  # fmt: skip
def test_organization_or_person_refused(
    arguments: list[str], message: str, small: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(small.root)
    cited = ["--source", "source_id=shinn-eisenman-2023"]
    assert run(small, *arguments, *cited) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
    assert files(small.root) == before


def test_a_party_of_another_country_may_have_the_name(small: Small) -> None:
    arguments = ("--kind", "party", "--name-en", "African National Congress", "--country-id", "CHN")
    cited = ("--source", "source_id=shinn-eisenman-2023")
    assert run(small, "organization", *arguments, *cited) == 0
    assert_sound(small)


def test_a_namesake_passes_with_an_id_and_a_note(small: Small) -> None:
    arguments = ("person", "--name-en", "Song Tao", "--person-id", "song-tao-2", "--note")
    cited = ("--source", "source_id=shinn-eisenman-2023")
    assert run(small, *arguments, "Of Ghana; not the head of the department", *cited) == 0
    assert_sound(small)


SOURCE = (
    "source", "--url", "https://www.example.org/news/1?id=2", "--kind", "news-article",
    "--publisher", "Xinhua", "--published", "2023-07-20", "--reliability", "agency",
    "--cites", "ct-2a2a2a", "--states", "start_date=2023-07", "place=Pretoria",
)  # fmt: skip


def test_source_is_cited_for_what_it_states(
    small: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(small, *SOURCE) == 0
    id = added(small, capsys.readouterr().out)
    assert re.fullmatch("example-20230720-[a-z0-9]{5}", id)
    assert_sound(small)
    stances = {
        row["field"]: row["stance"] for row in small.rows("citations") if row["source_id"] == id
    }
    # a wider date supports, another place does not
    assert stances == {"": "supports", "start_date": "supports", "place": "contradicts"}
    before = files(small.root)
    assert run(small, *SOURCE) == 0
    assert f"{id} has all that already" in capsys.readouterr().out
    assert files(small.root) == before


def test_a_source_that_is_not_on_the_web_stands_once(
    small: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    book = ("--kind", "book", "--title", "A History", "--reliability", "scholarship")
    assert run(small, "source", *book, "--cites", "ct-2a2a2a", "--locator", "p. 7") == 0
    id = added(small, capsys.readouterr().out)
    assert run(small, "source", *book, "--cites", "ct-3b3b3b", "--locator", "p. 9") == 0
    assert added(small, capsys.readouterr().out) == id
    assert_sound(small)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--kind", "book", "--reliability", "press"], "say with cites"),
        (["--kind", "book", "--cites", "ct-9z9z9z"], "ct-9z9z9z is not in ids"),
        (["--kind", "book", "--cites", "ct-0x0x0x"], "ct-0x0x0x is withdrawn: It was announced"),
        (["--kind", "book", "--cites", "ild"], "source 1 lacks reliability"),
        (["--source-id", "ild", "--cites", "ild"], "ild is a organization, not a source"),
        (["--states", "place"], "'place' is no FIELD=VALUE"),
    ],
)
def test_source_refused(
    arguments: list[str], message: str, small: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(small.root)
    assert run(small, "source", *arguments) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
    assert files(small.root) == before


def test_nothing_given_and_no_terminal(small: Small, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(small, "contact") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("add: give options, --draft FILE, or a terminal to ask on")


def end(small: Small, *arguments: str) -> int:
    cited = ("--source", "source_id=idcpc-t20220701-149228")
    return end_tenure.main(["--package", str(small.root), *arguments, *cited])


def test_a_tenure_is_ended_with_its_source(
    small: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    small.set("tenures", "tn-liu-jianchao-head", end_date="", end_status="ongoing", end_reason="")
    assert end(small, "刘建超", "2025-07", "--reason", "Another head was shown") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "tn-liu-jianchao-head has ended"
    assert_sound(small)
    assert cell(small, "tenures", "tn-liu-jianchao-head", "end_status") == "ended"
    (citation,) = [row for row in small.rows("citations") if row["field"] == "end_date"]
    assert citation["value_as_stated"] == "2025-07"
    before = files(small.root)
    assert end(small, "tn-liu-jianchao-head", "2025-07") == 0
    assert "has ended already" in capsys.readouterr().out
    assert files(small.root) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tn-song-tao-head", "2022-05"], "tn-song-tao-head has ended on 2022-06: cite the other"),
        (["song-tao", "2022-05"], "song-tao has no tenure that has not ended"),
        (["tn-liu-jianchao-head", "May 2025"], "end_date 'May 2025' is not written as"),
        (["tn-liu-jianchao-head", "2031"], "lies after the day of the data"),
        (["Nobody", "2025"], "nothing in people is called 'Nobody'"),
        (["tn-liu-jianchao-head", "2021"], "it would break a rule"),
    ],
)
def test_ending_refused(
    arguments: list[str], message: str, small: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    small.set("tenures", "tn-liu-jianchao-head", end_date="", end_status="ongoing", end_reason="")
    before = files(small.root)
    assert end(small, *arguments) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
    assert files(small.root) == before


def test_addresses_of_one_page_are_one() -> None:
    same = {
        "https://www.idcpc.org.cn/bzhd/wshd/202207/t20220701_149228.html",
        "http://idcpc.gov.cn/lldt/202207/t20220701_149228.html",
    }
    assert len({pages.page(one) for one in same}) == 1
    assert pages.page("https://x.org/a?id=1") != pages.page("https://x.org/a?id=2")
    assert pages.item("https://x.org/t20230230_1.html") is None  # no such day


def test_a_name_of_the_real_data_is_found_in_any_writing(tmp_path: Path) -> None:
    """Chinese, pinyin, Latin with and without accents lead to one id, through the command."""
    root = tmp_path / "tree"
    for folder in ("data", "schemas", "rules"):
        shutil.copytree(ROOT / folder, root / folder)
    shutil.copyfile(ROOT / "datapackage.json", root / "datapackage.json")
    edit = ids.Edit(Package(root))
    for written in ("刘建超", "Liú Jiànchāo", "liu jianchao"):
        assert adding.resolve(edit, "person", written, "people") == "liu-jianchao"
