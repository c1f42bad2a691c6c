"""The formatter mends what has one right answer, and nothing else."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fmt
from conftest import ROOT, Small
from zhonglianbu import canonical, gate
from zhonglianbu.package import Package, write_csv


def spoil(small: Small) -> None:
    """What a spreadsheet and a careless editor do to a table."""
    text = small.path("people").read_text(encoding="utf-8")
    header, *rows = text.rstrip("\n").split("\n")
    rows = [row.replace("Geng Biao", ' "Geng  Biao"'.strip()) for row in reversed(rows)]
    spoilt = "\ufeff" + "\r\n".join([header, *rows]).replace("Gěng", "Ge\u030cng") + "\r\n"
    small.path("people").write_bytes(spoilt.encode("utf-8"))


def test_mends_and_then_changes_nothing(small: Small, capsys: pytest.CaptureFixture[str]) -> None:
    before = small.path("people").read_bytes()
    spoil(small)
    assert fmt.main([str(small.root), "--check"]) == 1
    assert "would change data/people.csv" in capsys.readouterr().out
    assert fmt.main([str(small.root)]) == 0
    assert small.path("people").read_bytes() == before
    capsys.readouterr()
    assert fmt.main([str(small.root)]) == 0
    assert capsys.readouterr().out == ""
    assert gate.run(small.root) == []


@pytest.mark.parametrize("spoilt", [b"person_id;name_en\n", b"\xff\xfe", b'person_id,"x\n', b""])
def test_leaves_alone_what_it_cannot_read(
    small: Small, spoilt: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    small.path("people").write_bytes(spoilt)
    assert fmt.main([str(small.root)]) == 2
    assert "data/people.csv" in capsys.readouterr().err
    assert small.path("people").read_bytes() == spoilt


def test_interrupted_fix_leaves_the_old_file(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(small)
    before = small.path("people").read_bytes()

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", stop)
    with pytest.raises(KeyboardInterrupt):
        fmt.main([str(small.root)])
    assert small.path("people").read_bytes() == before
    assert [path.name for path in small.root.glob("data/.*")] == []


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.text(max_size=12), min_size=6, max_size=6), max_size=6))
def test_is_idempotent(rows: list[list[str]]) -> None:
    ids = Package(ROOT)["ids"]
    text = write_csv(ids.field_names, rows)
    try:
        once = canonical.table(text, ids)
    except ValueError:  # a bare carriage return tears a row: told, not mended
        return
    assert canonical.table(once, ids) == once


def test_the_data_is_in_form() -> None:
    assert fmt.main(["--check"]) == 0
