"""The gate as a command: exit status, formats, and no traceback whatever it is given."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from conftest import ROOT, Small


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / "validate.py", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_valid_is_0(small: Small) -> None:
    result = run(small.root)
    assert (result.returncode, result.stdout) == (0, "")
    assert "valid: 19 tables, 0 errors" in result.stderr


def test_errors_are_1_one_line_each(small: Small) -> None:
    small.set("people", "geng-biao", name_en="", birth_date="1909-13")
    result = run(small.root)
    assert result.returncode == 1
    assert result.stdout.splitlines() == [
        "data/people.csv:2:11 required name_en is blank (it is required)",
        "data/people.csv:2:26 pattern birth_date is '1909-13' (for example 1964-02)",
    ]


def test_json_and_github(small: Small) -> None:
    small.set("people", "geng-biao", name_en="")
    found = json.loads(run(small.root, "--format", "json").stdout)
    assert found == [
        {
            "file": "data/people.csv",
            "line": 2,
            "column": 11,
            "code": "required",
            "message": "name_en is blank",
            "hint": "it is required",
            "severity": "error",
        }
    ]
    assert run(small.root, "--format", "github").stdout == (
        "::error file=data/people.csv,line=2,col=11,title=required::"
        "name_en is blank (it is required)\n"
    )


def test_many_findings_are_capped(small: Small) -> None:
    rows = small.rows("citations")
    small.write("citations", [row | {"stance": "maybe"} for row in rows])
    lines = [line for line in run(small.root).stdout.splitlines() if " enum " in line]
    assert len(lines) == 21
    assert lines[-1] == f"data/citations.csv:0:0 enum (+{len(rows) - 20} more)"


def test_a_warning_alone_is_0(small: Small) -> None:
    small.set("relations", "rl-ild-bureau-4-part-of-ild", start_date="1951", end_date="1951-03")
    result = run(small.root)
    assert result.returncode == 0
    assert "warning: from 1951 until 1951-03" in result.stdout


def no_descriptor(root: Path) -> None:
    (root / "datapackage.json").unlink()


def broken_descriptor(root: Path) -> None:
    (root / "datapackage.json").write_text('{"name": "a", "name": "b"}', encoding="utf-8")


def list_descriptor(root: Path) -> None:
    (root / "datapackage.json").write_text("[]", encoding="utf-8")


@pytest.mark.parametrize("spoil", [no_descriptor, broken_descriptor, list_descriptor])
def test_cannot_run_is_2(small: Small, spoil: object) -> None:
    spoil(small.root)  # type: ignore[operator]
    result = run(small.root)
    assert result.returncode == 2
    assert result.stderr.startswith("validate: ")
    assert "Traceback" not in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_nothing_there_is_2(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere", ROOT / "README.md"):
        result = run(path)
        assert result.returncode == 2
        assert len(result.stderr.splitlines()) == 1


def test_zip_that_leads_out_is_2(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.writestr("datapackage.json", "{}")
        archive.writestr("../out.txt", "x")
    result = run(tmp_path / "bad.zip")
    assert result.returncode == 2
    assert "leads out of the package" in result.stderr
    assert not (tmp_path.parent / "out.txt").exists()


def test_zip_bomb_is_2(tmp_path: Path) -> None:
    with (
        zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("datapackage.json", "w", force_zip64=True) as member,
    ):
        for _ in range(4 * 1024 + 1):
            member.write(bytes(1 << 20))
    assert (tmp_path / "bomb.zip").stat().st_size < 10 << 20
    result = run(tmp_path / "bomb.zip")
    assert result.returncode == 2
    assert "more than a package can be" in result.stderr


def test_a_cell_of_40_mb_is_one_line(small: Small) -> None:
    small.set("claims", "cl-shinn-eisenman-party-channel", statement="x" * 40_000_000)
    result = run(small.root)
    assert result.returncode == 1
    assert len(result.stdout) < 5000
    assert "data/claims.csv:2" in result.stdout


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 100,
        b"\xff\xfeI\x00",
        b"tenure_id;person_id\na;b\n",
        b'tenure_id,person_id\n"unclosed\n',
        b"\x89PNG\r\n\x1a\n",
        b"<<<<<<< HEAD\n=======\n>>>>>>> other\n",
    ],
)
def test_a_spoilt_table_hides_no_other_mistake(small: Small, content: bytes) -> None:
    small.path("tenures").write_bytes(content)
    small.set("people", "geng-biao", name_en="")
    result = run(small.root)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert any(line.startswith("data/tenures.csv:") for line in result.stdout.splitlines())
    assert "data/people.csv:2:11 required" in result.stdout


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("path", "../outside.csv"),
        ("path", "/etc/passwd"),
        ("path", "http://127.0.0.1:9/x.csv"),
        ("schema", "schemas/nowhere.json"),
    ],
)
def test_paths_that_lead_out_or_nowhere(small: Small, key: str, value: str) -> None:
    path = small.root / "datapackage.json"
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    next(meta for meta in descriptor["resources"] if meta["name"] == "claims")[key] = value
    path.write_text(json.dumps(descriptor), encoding="utf-8")
    result = run(small.root)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert value in result.stdout


def test_symbolic_link_out_of_the_package(small: Small, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_bytes(small.path("claims").read_bytes())
    small.path("claims").unlink()
    small.path("claims").symlink_to(outside)
    result = run(small.root)
    assert result.returncode == 1
    assert "leads out of the package" in result.stdout


def test_help_has_an_example() -> None:
    for script in sorted((ROOT / "scripts").glob("*.py")):
        result = subprocess.run(
            [sys.executable, script, "--help"], capture_output=True, text=True, check=False
        )
        assert result.returncode == 0
        assert "example:" in result.stdout, script
