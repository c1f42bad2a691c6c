"""The gate as a command: exit status, formats, and no traceback whatever it is given."""

from __future__ import annotations

import json
import os
import socketserver
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from conftest import ROOT, Small
from zhonglianbu import gate
from zhonglianbu.gate import files, tables


def run(*arguments: object, timeout: int = 300) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / "validate.py", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
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


def test_a_file_of_2_gb_is_one_line(small: Small) -> None:
    with small.path("claims").open("r+b") as file:
        file.truncate(2 << 30)
    result = run(small.root)
    assert result.returncode == 1
    lines = result.stdout.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("data/claims.csv:3:0 csv-structure the line has more than")


def test_a_large_file_is_read_in_pieces(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever a piece ends, the same is found at the same place."""
    small.replace("citations", "\nci-", "\n  ci-")
    rows = small.rows("citations")
    rows[5], rows[6] = rows[6], rows[5]
    rows[9]["note"] = "n/a"
    rows[12]["locator"] = "e\u0301\u200b"
    small.write("citations", rows)
    small.replace("names", "nm-ild-zhonglianbu,", '"nm-ild-zhonglianbu",')
    small.replace("sources", "country-codes,", 'country-codes,"",')
    whole = gate.run(small.root)
    assert len({(one.line, one.code) for one in whole}) >= 6
    for size in (1, 50, 500, 2000):
        monkeypatch.setattr(files, "_PIECE", max(size, 400))
        assert gate.run(small.root) == whole


def test_memory_that_does_not_suffice_is_added_to(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = []
    set_memory = tables.set_memory

    def note(database: duckdb.DuckDBPyConnection, size: int) -> None:
        limits.append(size)
        set_memory(database, size)

    monkeypatch.setattr(tables, "MEMORY", 1 << 20)
    monkeypatch.setattr(tables, "MEMORY_FILL", 0)
    monkeypatch.setattr(tables, "set_memory", note)
    assert gate.run(small.root) == []
    assert limits[0] == limits[-1] == 1 << 20
    assert all(after in (1 << 20, before * 5 // 4) for before, after in pairwise(limits))
    assert max(limits) > 1 << 20


def test_of_very_many_mistakes_not_all_are_looked_for(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.replace("citations", "ci-", "\u200b" * 30 + "ci-")
    small.set("citations", small.rows("citations")[-1]["citation_id"], locator=" x")
    monkeypatch.setattr(files, "_PIECE", 400)
    monkeypatch.setattr(files, "_MOST", 10)
    found = [one for one in gate.run(small.root) if one.file == "data/citations.csv"]
    assert "cell-space" not in {one.code for one in found}
    assert 10 < len(found) < 50
    assert [one.line for one in found if one.message.startswith("nothing behind this line")]


@pytest.mark.parametrize("what", ["claims.csv", "department.json"])
def test_a_pipe_in_place_of_a_file_is_not_waited_for(small: Small, what: str) -> None:
    path = small.root / "data" / what
    path.unlink()
    os.mkfifo(path)
    result = run(small.root, timeout=60)
    assert result.returncode == 1
    assert f"data/{what}:0:0" in result.stdout
    assert len(result.stdout.splitlines()) == 1


def test_a_file_that_may_not_be_read(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    open_ = Path.open

    def refuse(path: Path, *arguments: str, **named: str) -> object:
        if path.name == "claims.csv":
            raise PermissionError(13, "Permission denied", str(path))
        return open_(path, *arguments, **named)

    monkeypatch.setattr(Path, "open", refuse)
    found = gate.run(small.root)
    assert [(one.file, one.code, one.message) for one in found] == [
        ("data/claims.csv", "file-missing", "the file cannot be read: Permission denied")
    ]


@pytest.mark.parametrize("name", ["a[1]*?", "with space, 'quote\" and 中联部"])
def test_any_folder_name_will_do(small: Small, name: str) -> None:
    moved = small.root.rename(small.root.with_name(name))
    assert run(moved).returncode == 0


@pytest.fixture
def listening() -> Iterator[tuple[str, list[str]]]:
    """An address, and what was asked of it so far."""
    asked: list[str] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            asked.append(self.rfile.readline().decode())

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/x", asked
        server.shutdown()


def test_nothing_remote_is_asked_for(small: Small, listening: tuple[str, list[str]]) -> None:
    address, asked = listening
    path = small.root / "datapackage.json"
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    claims, events, names = (
        next(meta for meta in descriptor["resources"] if meta["name"] == name)
        for name in ("claims", "events", "names")
    )
    claims["path"] = f"{address}.csv"
    events["schema"] = f"{address}.json"
    names["path"] = [f"{address}.csv"]
    path.write_text(json.dumps(descriptor), encoding="utf-8")
    schema = small.root / "schemas" / "documents" / "table-schema.json"
    house = json.loads(schema.read_text(encoding="utf-8"))
    house["properties"]["title"] = {"$ref": f"{address}.json"}
    schema.write_text(json.dumps(house), encoding="utf-8")
    result = run(small.root)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "refers to what is not in it" in result.stdout
    assert asked == []


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("pattern", "^(a+)+(b+)+(a|b)+$", "descriptor-pattern a pattern can take endless time"),
        ("pattern", "(", "descriptor-pattern"),
        ("type", "no such type", "descriptor no JSON Schema"),
    ],
)
def test_a_json_schema_that_cannot_be_used(small: Small, key: str, value: str, said: str) -> None:
    path = small.root / "schemas" / "documents" / "table-schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    schema["properties"]["title"][key] = value
    path.write_text(json.dumps(schema), encoding="utf-8")
    result = run(small.root, timeout=60)
    assert result.returncode == 1
    assert f"schemas/documents/table-schema.json:0:0 {said}" in result.stdout


@pytest.mark.parametrize("key", ["primaryKey", "uniqueKeys", "foreignKeys"])
def test_a_key_of_no_field_is_named(small: Small, key: str) -> None:
    path = small.root / "schemas" / "tables" / "events.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    schema[key] = {
        "primaryKey": ["event"],
        "uniqueKeys": [["event"]],
        "foreignKeys": [{"fields": "event", "reference": {"resource": "ids", "fields": "id"}}],
    }[key]
    path.write_text(json.dumps(schema), encoding="utf-8")
    small.set("people", "geng-biao", name_en="")
    result = run(small.root)
    assert result.returncode == 1
    assert "schemas/tables/events.json:0:0 descriptor a key names 'event'" in result.stdout
    assert "data/people.csv:2:11 required" in result.stdout


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("claim_id,claimant", "claim_id,claim_id", "lacks claimant"),
        ("claim_id,claimant", "claim_id,Claimant", "has unknown 'Claimant'"),
        (",", ";", "Excel did it; save with commas"),
    ],
)
def test_headers_that_are_not_ours(small: Small, old: str, new: str, said: str) -> None:
    path = small.path("claims")
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    lines = run(small.root).stdout.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("data/claims.csv:1:0 csv-header")
    assert said in lines[0]


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("gb18030", "GB 18030"), ("utf-16", "UTF-16"), ("latin-1", "Windows-1252")],
)
def test_another_encoding_is_named(small: Small, encoding: str, said: str) -> None:
    text = small.path("people").read_text(encoding="utf-8").replace("Gěng", "Géng")
    small.path("people").write_bytes(text.encode(encoding, "replace"))
    assert f"bytes-utf8 not UTF-8; it reads as {said}" in run(small.root).stdout


def test_letters_torn_by_ascii_are_not_utf8(small: Small) -> None:
    """What is left when the ASCII is taken away would be whole letters."""
    data = small.path("claims").read_bytes()
    small.path("claims").write_bytes(data.replace(b"main body", b"main \xe4 \xb8\xadbody"))
    assert "data/claims.csv:2:0 bytes-utf8" in run(small.root).stdout


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
