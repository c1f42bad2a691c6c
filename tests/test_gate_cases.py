"""Every code of the gate is proved: a bad case that it alone reports, a near miss that passes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

import frictionless
import pytest

import floors
from conftest import ROOT, Small
from zhonglianbu import gate

Spoil = Callable[[Small], None]


@dataclass(frozen=True)
class Case:
    """``bad`` must give ``code`` and no other, at ``file``; ``near`` must give nothing."""

    code: str
    file: str
    bad: Spoil
    near: Spoil
    line: int | None = None


def edit(table: str, key: str, **cells: str) -> Spoil:
    return lambda small: small.set(table, key, **cells)


def swap(table: str, old: str, new: str) -> Spoil:
    return lambda small: small.replace(table, old, new)


def all_of(*steps: Spoil) -> Spoil:
    def run(small: Small) -> None:
        for step in steps:
            step(small)

    return run


def add_row(table: str, **cells: str) -> Spoil:
    return lambda small: small.add(table, **cells)


def an_id(name: str, entity_type: str) -> Spoil:
    return add_row("ids", id=name, entity_type=entity_type, status="active", since_version="0.1.0")


def cited(subject: str) -> Spoil:
    """A citation of ``subject`` with its id."""
    name = f"ci-9{subject.replace('-', '')}"
    return all_of(
        add_row(
            "citations",
            citation_id=name,
            subject_id=subject,
            source_id="shinn-eisenman-2023",
            stance="supports",
        ),
        an_id(name, "citation"),
    )


#: The host of the online seminar is an embassy, and nobody else.
by_embassy = swap(
    "participants", "ct-3b3b3b,1,cpc,,,,ild", "ct-3b3b3b,1,cpc,,,,zaf-embassy-in-china"
)


def json_edit(file: str, change: Callable[[dict], object]) -> Spoil:
    def run(small: Small) -> None:
        path = small.root / file
        value = json.loads(path.read_text(encoding="utf-8"))
        change(value)
        path.write_text(json.dumps(value, ensure_ascii=False, indent=2), encoding="utf-8")

    return run


def pattern_of_gaps(pattern: str) -> Spoil:
    """Another pattern for the first field of the gaps."""

    def change(value: dict) -> None:
        value["fields"][0]["constraints"]["pattern"] = pattern

    return json_edit("schemas/tables/gaps.json", change)


def text_edit(file: str, old: str, new: str) -> Spoil:
    def run(small: Small) -> None:
        path = small.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return run


def nothing(small: Small) -> None:
    """The small package as it is."""


def raw(table: str, change: Callable[[bytes], bytes]) -> Spoil:
    def run(small: Small) -> None:
        small.path(table).write_bytes(change(small.path(table).read_bytes()))

    return run


def tenure(name: str, person: str, post: str, **cells: str) -> Spoil:
    values = {"end_status": "ended", "acting": "false"} | cells
    return all_of(
        add_row("tenures", tenure_id=name, person_id=person, post_id=post, **values),
        an_id(name, "tenure"),
        cited(name),
    )


def organization(name: str, **cells: str) -> Spoil:
    values = {"kind": "embassy", "name_en": name} | cells
    return all_of(
        add_row("organizations", organization_id=name, **values),
        an_id(name, "organization"),
        cited(name),
    )


def excuse(small: Small, code: str, row: str, expiry: str) -> None:
    """Put an exception on record."""
    path = small.root / "rules" / "exceptions.csv"
    path.write_text(
        f"code,id,reason,source,expiry\n{code},{row},A test,shinn-eisenman-2023,{expiry}\n",
        encoding="utf-8",
    )


unnamed_counterpart = swap(
    "participants",
    "ct-5d5d5d,2,foreign,,,,zaf-african-national-congress,",
    "ct-5d5d5d,2,foreign,,,leaders of several parties,,",
)


def floor(resource: str, country: str, ids: int) -> Spoil:
    """A floor below which a table may not fall."""

    def run(small: Small) -> None:
        path = small.root / "rules" / "floors.csv"
        row = f"{resource},{country},{ids},0,0.0.9"
        path.write_text(f"resource,country_id,ids,gone,version\n{row}\n", encoding="utf-8")

    return run


def withdrawn(name: str, entity_type: str) -> Spoil:
    return all_of(
        an_id(name, entity_type), edit("ids", name, status="withdrawn", reason="Not what it seemed")
    )


CASES = [
    # bytes
    Case(
        "file-missing",
        "data/claims.csv",
        lambda small: (small.path("claims").unlink(), small.path("claims").mkdir())[0],
        nothing,
    ),
    Case(
        "bytes-utf8",
        "data/countries.csv",
        raw("countries", lambda data: data.decode().encode("gb18030")),
        swap("countries", "南非", "南非é"),
        line=2,
    ),
    Case(
        "bytes-bom",
        "data/claims.csv",
        raw("claims", lambda data: b"\xef\xbb\xbf" + data),
        nothing,
        line=1,
    ),
    Case(
        "bytes-line-ends",
        "data/claims.csv",
        raw("claims", lambda data: data.replace(b"\n", b"\r\n")),
        nothing,
        line=1,
    ),
    Case(
        "bytes-character",
        "data/claims.csv",
        swap("claims", "main body", "main\u200bbody"),
        # the joiner belongs to the Persian spelling
        swap("claims", "main body", "main می\u200cشود body"),
        line=2,
    ),
    Case(
        "bytes-nfc",
        "data/people.csv",
        swap("people", "Gěng", "Ge\u030cng"),
        swap("people", "Gěng", "Géng"),
        line=2,
    ),
    Case(
        "csv-structure",
        "data/claims.csv",
        swap("claims", "That the department", 'That, the "department'),
        swap(
            "claims", "That the department is the main body of party diplomacy.", '"That, it is."'
        ),
        line=2,
    ),
    Case(
        "csv-header",
        "data/claims.csv",
        swap("claims", "claim_id,claimant", "claimant,claim_id"),
        nothing,
        line=1,
    ),
    Case(
        "csv-order",
        "data/people.csv",
        lambda small: small.write("people", small.rows("people")[::-1]),
        nothing,
        line=3,
    ),
    Case(
        "csv-format",
        "data/people.csv",
        swap("people", "Geng Biao", '"Geng Biao"'),
        swap("people", "Geng Biao", '"Geng, Biao"'),
        line=2,
    ),
    Case(
        "cell-space",
        "data/claims.csv",
        swap("claims", "is the main", "is  the main"),
        swap("claims", "is the main", "is the-main"),
        line=2,
    ),
    Case(
        "cell-na",
        "data/events.csv",
        edit("events", "ev-1951-04-founding-meeting", place="N/A"),
        # Namibia's code only looks empty
        edit("countries", "ZAF", iso2="NA"),
        line=2,
    ),
    Case(
        "cell-formula",
        "data/claims.csv",
        swap("claims", "That the", "=That the"),
        swap("claims", "That the", "That=the"),
        line=2,
    ),
    # descriptor
    Case(
        "descriptor",
        "datapackage.json",
        json_edit("datapackage.json", lambda value: value.update(licence="CC-BY-4.0")),
        json_edit("datapackage.json", lambda value: value.update(version="0.10.0")),
    ),
    Case(
        "descriptor-path",
        "datapackage.json",
        lambda small: (small.root / "data" / "extra.csv").write_text("a\n", encoding="utf-8"),
        lambda small: (small.root / "extra.csv").write_text("a\n", encoding="utf-8"),
    ),
    Case(
        "descriptor-pattern",
        "schemas/tables/gaps.json",
        pattern_of_gaps("(gap-([a-z0-9]+-?)+)"),
        pattern_of_gaps("(gap-[a-z0-9]+(-[a-z0-9]+)*)"),
    ),
    # tables
    Case(
        "required",
        "data/organizations.csv",
        edit("organizations", "zaf-embassy-in-china", name_en=""),
        edit("organizations", "zaf-embassy-in-china", country_id=""),
        line=6,
    ),
    Case(
        "type",
        "data/stated_totals.csv",
        edit("stated_totals", "tot-2010-06-30", parties="1_000"),
        edit("stated_totals", "tot-2010-06-30", parties="1000"),
        line=2,
    ),
    Case(
        "range",
        "data/stated_totals.csv",
        edit("stated_totals", "tot-2010-06-30", parties="0"),
        edit("stated_totals", "tot-2010-06-30", parties="1"),
        line=2,
    ),
    Case(
        "enum",
        "data/sources.csv",
        edit("sources", "shinn-eisenman-2023", kind="Book"),
        edit("sources", "shinn-eisenman-2023", kind="report"),
        line=4,
    ),
    Case(
        "pattern",
        "data/sources.csv",
        edit("sources", "shinn-eisenman-2023", published="2023-2-3"),
        edit("sources", "shinn-eisenman-2023", published="2023-02?"),
        line=4,
    ),
    Case(
        "date",
        "data/events.csv",
        edit("events", "ev-1951-04-founding-meeting", start_date="1951-02-29"),
        edit("events", "ev-1951-04-founding-meeting", start_date="1952-02-29"),
        line=2,
    ),
    Case(
        "format",
        "data/sources.csv",
        edit("sources", "country-codes", url="ftp://example.org/x"),
        edit("sources", "country-codes", url="http://example.org/x?y=1"),
        line=2,
    ),
    Case(
        "unique",
        "data/countries.csv",
        edit("countries", "ZAF", iso2="CN"),
        edit("countries", "ZAF", iso2=""),
        line=3,
    ),
    Case(
        "primary-key",
        "data/parties.csv",
        lambda small: small.write(
            "parties", [*small.rows("parties"), small.rows("parties")[1] | {"partyfacts_id": "7"}]
        ),
        nothing,
        line=4,
    ),
    Case(
        "foreign-key",
        "data/events.csv",
        edit("events", "ev-1951-04-founding-meeting", country_id="XXX"),
        edit("events", "ev-1951-04-founding-meeting", country_id=""),
        line=2,
    ),
    # documents
    Case(
        "document",
        "data/department.json",
        json_edit("data/department.json", lambda value: value["formed"].pop("citations")),
        json_edit("data/department.json", lambda value: value["formed"].update(value="1951")),
    ),
    Case(
        "document-reference",
        "data/department.json",
        json_edit(
            "data/department.json", lambda value: value["formed"].update(citations=["ci-nowhere"])
        ),
        json_edit(
            "data/department.json", lambda value: value["formed"].update(citations=["ci-000001"])
        ),
    ),
    # meaning
    Case(
        "ids-active",
        "data/organizations.csv",
        all_of(
            edit(
                "organizations", "zaf-embassy-in-china", parent_id="zaf-african-national-congress"
            ),
            edit("ids", "zaf-embassy-in-china", status="withdrawn", reason="Closed"),
        ),
        edit("organizations", "zaf-embassy-in-china", parent_id="zaf-african-national-congress"),
    ),
    Case(
        "ids-complete",
        "data/ids.csv",
        an_id("nobody-at-all", "person"),
        add_row(
            "ids",
            id="nobody-at-all",
            entity_type="person",
            status="withdrawn",
            since_version="0.1.0",
            reason="Not a person in public office",
        ),
    ),
    Case(
        "ids-redirects",
        "data/ids.csv",
        edit("ids", "zaf-anc", replaced_by="ct-0x0x0x"),
        edit("ids", "zaf-anc", replaced_by="cpc"),
    ),
    Case(
        "citation-missing",
        "data/names.csv",
        lambda small: small.set(
            "citations",
            next(
                row["citation_id"]
                for row in small.rows("citations")
                if row["subject_id"] == "nm-ild-zhonglianbu"
            ),
            subject_id="ild",
            locator="p. 1",
        ),
        lambda small: small.set(
            "citations",
            next(
                row["citation_id"]
                for row in small.rows("citations")
                if row["subject_id"] == "nm-ild-zhonglianbu"
            ),
            field="name",
        ),
    ),
    Case(
        "citation-field",
        "data/citations.csv",
        edit("citations", "ci-000001", field="name_eng"),
        edit("citations", "ci-000001", field="name_en"),
    ),
    Case(
        "citation-contradiction",
        "data/citations.csv",
        lambda small: small.set(
            "citations",
            next(
                row["citation_id"]
                for row in small.rows("citations")
                if row["stance"] == "contradicts"
            ),
            value_as_stated="",
        ),
        lambda small: small.set(
            "citations",
            next(
                row["citation_id"]
                for row in small.rows("citations")
                if row["stance"] == "contradicts"
            ),
            value_as_stated="2022",
        ),
    ),
    Case(
        "source-unused",
        "data/sources.csv",
        all_of(
            add_row("sources", source_id="unused-2020", kind="book", reliability="unknown"),
            an_id("unused-2020", "source"),
        ),
        nothing,
    ),
    Case(
        "source-dates",
        "data/sources.csv",
        edit("sources", "country-codes", published="2026-11-26"),
        edit("sources", "country-codes", published="2026-11"),
    ),
    Case(
        "dates-order",
        "data/events.csv",
        edit("events", "ev-1951-04-founding-meeting", end_date="1951-03"),
        edit("events", "ev-1951-04-founding-meeting", end_date="1951-05"),
    ),
    Case(
        "dates-order-possible",
        "data/relations.csv",
        edit("relations", "rl-ild-bureau-4-part-of-ild", start_date="1951", end_date="1951-03"),
        edit("relations", "rl-ild-bureau-4-part-of-ild", start_date="1951", end_date="1951-12-31"),
    ),
    Case(
        "dates-future",
        "data/events.csv",
        edit("events", "ev-1951-04-founding-meeting", start_date="2026-12"),
        edit("events", "ev-1951-04-founding-meeting", start_date="2026-11"),
    ),
    Case(
        "tenure-life",
        "data/tenures.csv",
        tenure(
            "tn-geng-biao-bureau-4-head",
            "geng-biao",
            "ild-bureau-4-head",
            start_date="1999",
            end_date="2001",
        ),
        tenure(
            "tn-geng-biao-bureau-4-head",
            "geng-biao",
            "ild-bureau-4-head",
            start_date="1999",
            end_date="2000",
        ),
    ),
    Case(
        "tenure-end",
        "data/tenures.csv",
        edit("tenures", "tn-liu-jianchao-head", end_status="ongoing"),
        edit("tenures", "tn-liu-jianchao-head", end_status="ongoing", end_date=""),
    ),
    Case(
        "tenure-seats",
        "data/tenures.csv",
        edit("tenures", "tn-song-tao-head", end_date="2022-07"),
        # within the month of handing over nothing is certain
        edit("tenures", "tn-song-tao-head", end_date="2022-06"),
    ),
    Case(
        "head-succession",
        "data/tenures.csv",
        edit("gaps", "gap-heads-1979-2015", start_date="1980"),
        edit("gaps", "gap-heads-1979-2015", start_date="1978"),
    ),
    Case(
        "contact-sides",
        "data/contacts.csv",
        lambda small: small.write(
            "participants",
            [
                row
                for row in small.rows("participants")
                if (row["contact_id"], row["seq"]) != ("ct-4c4c4c", "2")
            ],
        ),
        nothing,
    ),
    Case(
        "contact-direction",
        "data/contacts.csv",
        edit("contacts", "ct-2a2a2a", country_id="CHN"),
        edit("contacts", "ct-2a2a2a", country_id=""),
    ),
    Case(
        "contact-life",
        "data/participants.csv",
        all_of(
            swap("participants", "姆巴卢拉,,", "姆巴卢拉,geng-biao,"),
        ),
        swap("participants", "姆巴卢拉,,", "姆巴卢拉,song-tao,"),
    ),
    Case(
        "contact-party-side",
        "data/contacts.csv",
        by_embassy,
        all_of(by_embassy, edit("contacts", "ct-3b3b3b", in_statistics="false")),
    ),
    Case(
        "participant-life",
        "data/participants.csv",
        edit("organizations", "zaf-african-national-congress", end_date="2023-06"),
        edit("organizations", "zaf-african-national-congress", end_date="2023-07"),
    ),
    Case(
        "participant-life",
        "data/participants.csv",
        edit("countries", "ZAF", end_date="2022-06-30"),
        edit("countries", "ZAF", start_date="2022-07-01"),
    ),
    Case(
        "contact-tenure",
        "data/participants.csv",
        edit("contacts", "ct-4c4c4c", start_date="2022-06-01"),
        edit("contacts", "ct-4c4c4c", start_date="2022-06"),
    ),
    Case(
        "contact-statistics",
        "data/contacts.csv",
        # from the day before the meeting that it holds
        edit(
            "contacts",
            "ct-5d5d5d",
            in_statistics="true",
            start_date="2023-07-17",
            end_date="2023-07-20",
        ),
        edit("contacts", "ct-5d5d5d", in_statistics="true"),
    ),
    Case(
        "contact-statistics",
        "data/contacts.csv",
        all_of(unnamed_counterpart, edit("contacts", "ct-5d5d5d", in_statistics="true")),
        unnamed_counterpart,
    ),
    Case(
        "participant-order",
        "data/participants.csv",
        swap("participants", "ct-3b3b3b,2,", "ct-3b3b3b,3,"),
        nothing,
    ),
    Case(
        "participant-named",
        "data/participants.csv",
        swap("participants", "cadres of six parties", ""),
        swap("participants", "cadres of six parties", "cadres"),
    ),
    Case(
        "participant-status",
        "data/participants.csv",
        swap(
            "participants",
            "zaf-embassy-in-china,ZAF,principal,true,",
            "zaf-embassy-in-china,ZAF,principal,true,ruling",
        ),
        swap(
            "participants",
            "zaf-african-national-congress,ZAF,principal,true,ruling",
            "zaf-african-national-congress,ZAF,principal,true,",
        ),
    ),
    Case(
        "party-row",
        "data/organizations.csv",
        organization("zaf-other-party", kind="party", country_id="ZAF"),
        all_of(
            organization("zaf-other-party", kind="party", country_id="ZAF"),
            add_row("parties", organization_id="zaf-other-party", partyfacts_match="none"),
        ),
    ),
    Case(
        "party-partyfacts",
        "data/parties.csv",
        edit("parties", "zaf-african-national-congress", partyfacts_match="none"),
        edit("parties", "zaf-african-national-congress", partyfacts_match="none", partyfacts_id=""),
    ),
    Case(
        "organization-twice",
        "data/organizations.csv",
        organization(
            "zaf-the-embassy", name_en="The Embassy of South Africa in China.", country_id="ZAF"
        ),
        organization("zaf-consulate", name_en="Consulate of South Africa", country_id="ZAF"),
    ),
    Case(
        "exception",
        "rules/exceptions.csv",
        lambda small: excuse(small, "contact-statistics", "ct-5d5d5d", "2027-01-01"),
        all_of(
            edit("contacts", "ct-5d5d5d", in_statistics="true", start_date="2023-07"),
            lambda small: excuse(small, "contact-statistics", "ct-5d5d5d", "2026-11-25"),
        ),
        line=2,
    ),
    Case(
        "counts-floor",
        "data/organizations.csv",
        # there are two, one is merged already and another is withdrawn here
        all_of(floor("organizations", "ZAF", 5), withdrawn("zaf-not-one", "organization")),
        all_of(floor("organizations", "ZAF", 4), withdrawn("zaf-not-one", "organization")),
    ),
    Case(
        "vocabulary-used",
        "data/vocabularies.json",
        edit("sources", "shinn-eisenman-2023", kind="report"),
        nothing,
    ),
]


def spoilt(small: Small, case: Case, spoil: Spoil) -> list[gate.Finding]:
    """What the gate says of a case; of unused codes only where they are what it is about."""
    if case.code != "vocabulary-used":
        (small.root / "rules" / "vocabulary-used.sql").unlink()
    spoil(small)
    return gate.run(small.root)


def test_the_small_package_is_valid(small: Small) -> None:
    assert gate.run(small.root) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_bad_case_gives_this_code_alone(small: Small, case: Case) -> None:
    found = spoilt(small, case, case.bad)
    assert {finding.code for finding in found} == {case.code}, found
    assert case.file in {finding.file for finding in found}
    if case.line is not None:
        assert found[0].line == case.line
    assert all(finding.message for finding in found)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_near_miss_passes_here_and_in_frictionless(small: Small, case: Case) -> None:
    """What we call valid, the users' own check does not refuse."""
    assert spoilt(small, case, case.near) == []
    report = frictionless.Package(str(small.root / "datapackage.json")).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "note"])
    assert len(report.tasks) == 21


def test_every_code_has_its_case() -> None:
    """The codes are read from the gate's own source and from the rules' file names."""
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "src" / "zhonglianbu" / "gate").glob("*.py"))
    )
    prefixes = r"(?:file|bytes|csv|cell|descriptor|document|exception)(?:-[a-z0-9]+)*"
    quoted = set(re.findall(rf'"({prefixes})"', source)) - {"file"}
    constraints = set(re.findall(r'Check\(\s*"([a-z-]+)"', source))
    in_rules = {path.stem for path in (ROOT / "rules").glob("*.sql")}
    assert len(constraints) >= 9
    assert quoted | constraints | in_rules == {case.code for case in CASES}


def test_an_expired_exception_excuses_nothing(small: Small) -> None:
    small.set("contacts", "ct-5d5d5d", in_statistics="true", start_date="2023-07")
    excuse(small, "contact-statistics", "ct-5d5d5d", "2026-11-24")
    assert {one.code for one in gate.run(small.root)} == {"contact-statistics", "exception"}


def test_floors_are_written_and_hold(small: Small, capsys: pytest.CaptureFixture[str]) -> None:
    assert floors.main([str(small.root)]) == 0
    assert "changed rules/floors.csv" in capsys.readouterr().out
    assert floors.main([str(small.root), "--check"]) == 0
    assert gate.run(small.root) == []
    # a row lost together with its id is missed; a withdrawn one is not
    small.add("gaps", **(small.rows("gaps")[0] | {"gap_id": "gap-the-whole-of-it"}))
    an_id("gap-the-whole-of-it", "gap")(small)
    assert gate.run(small.root) == []
    assert floors.main([str(small.root)]) == 0
    small.drop("gaps", "gap-the-whole-of-it")
    small.drop("ids", "gap-the-whole-of-it")
    found = gate.run(small.root)
    assert {(one.file, one.code) for one in found} == {
        ("data/gaps.csv", "counts-floor"),
        ("data/ids.csv", "counts-floor"),
    }
    assert floors.main([str(small.root), "--check"]) == 2
    withdrawn("gap-the-whole-of-it", "gap")(small)
    assert gate.run(small.root) == []
