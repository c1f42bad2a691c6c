"""No encounter is counted twice: every proposed pair is decided, and the proposal bites."""

from __future__ import annotations

import pytest

import duplicates as command
from conftest import Small
from zhonglianbu import duplicates
from zhonglianbu.package import Package


def test_every_pair_is_decided(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([]) == 0, capsys.readouterr()


def second_report(small: Small, **cells: str) -> list[tuple[str, str]]:
    """The meeting of the small package once more, as another page would tell it."""
    contact = next(row for row in small.rows("contacts") if row["contact_id"] == "ct-2a2a2a")
    small.add("contacts", **(contact | {"contact_id": "ct-2b2b2b", "start_date": "2023-07-21"}))
    for row in small.rows("participants"):
        if row["contact_id"] == "ct-2a2a2a":
            changed = cells if row["side"] == "foreign" else {}
            small.add("participants", **(row | {"contact_id": "ct-2b2b2b"} | changed))
    return duplicates.candidates(Package(small.root))


def test_a_later_report_of_the_same_person_is_proposed(small: Small) -> None:
    assert duplicates.candidates(Package(small.root)) == []
    assert second_report(small) == [("ct-2a2a2a", "ct-2b2b2b")]


def test_the_same_party_without_a_name_is_proposed(small: Small) -> None:
    assert second_report(small, person_name="") == [("ct-2a2a2a", "ct-2b2b2b")]


def test_another_person_of_the_party_is_not(small: Small) -> None:
    assert second_report(small, person_name="拉马福萨") == []


def test_a_week_later_is_not(small: Small) -> None:
    second_report(small)
    small.set("contacts", "ct-2b2b2b", start_date="2023-07-25")
    assert duplicates.candidates(Package(small.root)) == []
