"""The commands end to end: what a newcomer builds, and what their programs read in it."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow.parquet
import pytest

import build
import validate
from conftest import ROOT, Small
from zhonglianbu import dates, release
from zhonglianbu.package import Package

VERSION = Package(ROOT).version


def run_build(package: Path, output: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / "build.py", package, "--output", output],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release of the real data, built once."""
    output = tmp_path_factory.mktemp("dist")
    result = run_build(ROOT, output)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"zhonglianbu {VERSION}: 19 tables" in result.stdout
    return output / f"zhonglianbu-{VERSION}"


@pytest.fixture
def small_package(small: Small) -> Path:
    """The small package with the papers that a release carries."""
    for name in release.EXTRA_FILES:
        shutil.copyfile(ROOT / name, small.root / name)
    shutil.copytree(ROOT / "LICENSES", small.root / "LICENSES")
    return small.root


@pytest.fixture(params=["tree", "release"])
def package(request: pytest.FixtureRequest) -> Path:
    return ROOT if request.param == "tree" else request.getfixturevalue("built")


def test_frictionless_finds_every_row_valid_offline(package: Path) -> None:
    """The users' own check, without network, and it really looked at every table and row."""
    result = subprocess.run(
        [Path(sys.executable).parent / "frictionless", "validate", "datapackage.json", "--json"],
        cwd=package,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests" / "offline")},
        check=False,
    )
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-2000:]
    report = json.loads(result.stdout)
    assert report["valid"] is True
    seen = {
        task["name"]: task["stats"]["rows"] for task in report["tasks"] if task["type"] == "table"
    }
    counted = {}
    for path in (package / "data").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            counted[path.stem] = sum(1 for _ in csv.reader(file)) - 1
    assert len(counted) == 19
    assert seen == counted
    assert counted["contacts"] > 700


def test_the_offline_guard_bites() -> None:
    result = subprocess.run(
        [sys.executable, "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:9')"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests" / "offline")},
        check=False,
    )
    assert "everything must work offline" in result.stderr


def test_gate_passes_folder_and_zip(built: Path, tmp_path: Path) -> None:
    assert validate.main([str(built)]) == 0
    archive = shutil.make_archive(str(tmp_path / "package"), "zip", built.parent, built.name)
    assert validate.main([archive]) == 0


def test_hashes_and_sums(built: Path) -> None:
    descriptor = json.loads((built / "datapackage.json").read_text(encoding="utf-8"))
    for meta in descriptor["resources"]:
        content = (built / meta["path"]).read_bytes()
        assert meta["bytes"] == len(content)
        assert meta["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
    subprocess.run(
        ["sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS"], cwd=built, check=True
    )
    listed = {
        line.split("  ", 1)[1]
        for line in (built / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    }
    there = {path.relative_to(built).as_posix() for path in built.rglob("*") if path.is_file()}
    assert listed == there - {"SHA256SUMS"}


Convert = Callable[[str], object]
CONVERT: dict[str, Convert] = {
    "string": str,
    "integer": int,
    "boolean": lambda text: text == "true",
}


def expected_rows(package: Package, name: str) -> list[dict[str, object]]:
    """The rows of a table as the typed formats must have them."""
    table = package[name]
    with_dates = set(release.date_fields(table))
    rows = []
    for row in table.rows():
        out: dict[str, object] = {}
        for field in table.fields:
            text = row[field["name"]]
            out[field["name"]] = CONVERT[field["type"]](text) if text else None
            if field["name"] in with_dates:
                first, last = dates.bounds(text) if text else (None, None)
                out[f"{field['name']}_min"], out[f"{field['name']}_max"] = first, last
        rows.append(out)
    return rows


@pytest.mark.parametrize("name", [table.name for table in Package(ROOT).tables])
def test_parquet_and_sqlite_have_every_cell(built: Path, name: str) -> None:
    expected = expected_rows(Package(ROOT), name)
    assert expected
    parquet = pyarrow.parquet.read_table(built / "parquet" / f"{name}.parquet").to_pylist()
    assert parquet == expected
    with sqlite3.connect(f"file:{built / 'zhonglianbu.sqlite'}?mode=ro", uri=True) as database:
        database.row_factory = sqlite3.Row
        rows = [dict(row) for row in database.execute(f'SELECT * FROM "{name}" ORDER BY rowid')]
    as_stored = [
        {
            key: value.isoformat()
            if isinstance(value, date)
            else int(value)
            if isinstance(value, bool)
            else value
            for key, value in row.items()
        }
        for row in expected
    ]
    assert rows == as_stored


def test_sqlite_is_strict_and_its_keys_hold(built: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    shutil.copyfile(built / "zhonglianbu.sqlite", copy)
    with sqlite3.connect(copy) as database:
        database.execute("PRAGMA foreign_keys = ON")
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        with pytest.raises(sqlite3.IntegrityError):
            database.execute("UPDATE tenures SET person_id = 'nobody' WHERE post_id = 'ild-head'")
        with pytest.raises(sqlite3.IntegrityError):
            database.execute("UPDATE stated_totals SET parties = 'many'")


def test_same_bytes_whatever_the_surroundings(small_package: Path, tmp_path: Path) -> None:
    sums = []
    for number, surroundings in enumerate(
        [
            {"TZ": "Asia/Shanghai", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
            {"TZ": "America/New_York", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"},
        ]
    ):
        output = tmp_path / f"folder {number}"
        old = os.umask(0o022 if number else 0o077)
        try:
            result = run_build(small_package, output, **surroundings)
        finally:
            os.umask(old)
        assert result.returncode == 0, result.stderr
        sums.append((output / f"zhonglianbu-{VERSION}" / "SHA256SUMS").read_text(encoding="utf-8"))
    assert sums[0] == sums[1]


def test_an_invalid_package_is_not_built(small_package: Path, tmp_path: Path) -> None:
    assert build.main([str(small_package), "--output", str(tmp_path)]) == 0
    old = (tmp_path / f"zhonglianbu-{VERSION}" / "SHA256SUMS").read_bytes()
    Small(small_package).replace("people", "Geng Biao", "")
    assert build.main([str(small_package), "--output", str(tmp_path)]) == 1
    assert (tmp_path / f"zhonglianbu-{VERSION}" / "SHA256SUMS").read_bytes() == old


def test_a_failed_build_leaves_the_old_release(
    small_package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert build.main([str(small_package), "--output", str(tmp_path)]) == 0
    old = (tmp_path / f"zhonglianbu-{VERSION}" / "SHA256SUMS").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for step in ("copy_package", "write_parquet", "write_sqlite", "write_sums"):
        with monkeypatch.context() as patched:
            patched.setattr(release, step, full)
            assert build.main([str(small_package), "--output", str(tmp_path)]) == 2
        assert (tmp_path / f"zhonglianbu-{VERSION}" / "SHA256SUMS").read_bytes() == old
        assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
