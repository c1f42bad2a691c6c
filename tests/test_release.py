"""The release end to end: what is built, that it is the same each time, that nothing is lost."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
import json
import multiprocessing
import os
import re
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import duckdb
import openpyxl
import pytest
from xlsxwriter.exceptions import FileCreateError

import build
import validate
from conftest import ROOT, Small, run_build
from zhonglianbu import archive, release
from zhonglianbu.gate import tables
from zhonglianbu.package import Package, PackageError
from zhonglianbu.release import base

#: What is built of the small package.
NAME = f"zhonglianbu-{Package(ROOT / 'tests' / 'package').version}"


@pytest.fixture
def small_package(small: Small) -> Path:
    """The small package with the papers that a release carries."""
    return small.add_papers()


@pytest.fixture(scope="session")
def unpacked(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip, unpacked by a program that knows nothing of us."""
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(built.with_name(f"{built.name}.zip")) as file:
        file.extractall(folder)
    return folder / built.name


def test_the_zip_holds_the_folder(built: Path, unpacked: Path) -> None:
    subprocess.run(
        ["sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS"], cwd=unpacked, check=True
    )
    listed = {
        line.split("  ", 1)[1]
        for line in (built / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    }
    for folder in (built, unpacked):
        there = {
            path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
        }
        assert listed == there - {"SHA256SUMS"}
    assert (built / "SHA256SUMS").read_bytes() == (unpacked / "SHA256SUMS").read_bytes()


def test_names_in_the_zip_are_safe(built: Path) -> None:
    with zipfile.ZipFile(built.with_name(f"{built.name}.zip")) as file:
        members = file.infolist()
    names = [member.filename for member in members]
    assert names == sorted(set(names))
    assert len({name.casefold() for name in names}) == len(names)
    assert all(re.fullmatch(rf"{re.escape(built.name)}(/[A-Za-z0-9_.-]+)+", name) for name in names)
    assert not any(part in (".", "..") for name in names for part in name.split("/"))
    assert {member.external_attr >> 16 for member in members} == {stat.S_IFREG | 0o644}
    day = tuple(int(part) for part in Package(ROOT).descriptor["as_of"].split("-"))
    assert {member.date_time for member in members} == {(*day, 0, 0, 0)}


@pytest.mark.parametrize(
    "names",
    [["/etc/x"], ["../x"], ["a/../../x"], ["C:/x"], ["a\\..\\x"], ["x", "x"]],
    ids=repr,
)
def test_an_unsafe_zip_is_refused(tmp_path: Path, names: list[str]) -> None:
    path = tmp_path / "package.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("datapackage.json", "{}")
        for name in names:
            if name in file.namelist():
                with pytest.warns(UserWarning, match="Duplicate"):
                    file.writestr(name, "")
            else:
                file.writestr(name, "")
    with pytest.raises(PackageError, match=r"leads out|stands in it 2 times"), archive.opened(path):
        pass
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("datapackage.json", "{}")
        file.writestr("a..b/x", "")
        file.writestr("a/x", "")
    with archive.opened(path) as folder:
        assert (folder / "a..b" / "x").is_file()


def frictionless(folder: Path, descriptor: str) -> dict[str, int]:
    """Rows of each table by ``frictionless validate``, without network; all must be valid."""
    result = subprocess.run(
        [Path(sys.executable).parent / "frictionless", "validate", descriptor, "--json"],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests" / "offline")},
        check=False,
    )
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-2000:]
    report = json.loads(result.stdout)
    assert report["valid"] is True
    return {
        task["name"]: task["stats"]["rows"] for task in report["tasks"] if task["type"] == "table"
    }


def count_rows(folder: Path) -> dict[str, int]:
    counted = {}
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            counted[path.stem] = sum(1 for _ in csv.reader(file)) - 1
    return counted


def test_frictionless_finds_every_row_of_the_tree_valid() -> None:
    """The users' own check, and it really looked at every table and row."""
    counted = count_rows(ROOT / "data")
    assert frictionless(ROOT, "datapackage.json") == counted
    assert len(counted) == 19
    assert counted["contacts"] > 700


def test_frictionless_finds_every_row_of_the_release_valid(unpacked: Path) -> None:
    assert frictionless(unpacked, "datapackage.json") == count_rows(unpacked / "data")


def test_frictionless_finds_every_row_of_the_derived_tables_valid(unpacked: Path) -> None:
    counted = count_rows(unpacked / "derived")
    assert frictionless(unpacked / "derived", "datapackage.json") == counted
    assert {"contacts_flat", "country_year", "party_year"} <= set(counted)


def test_the_offline_guard_bites() -> None:
    result = subprocess.run(
        [sys.executable, "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:9')"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests" / "offline")},
        check=False,
    )
    assert "everything must work offline" in result.stderr


def test_gate_passes_folder_and_zip(built: Path) -> None:
    assert validate.main([str(built)]) == 0
    assert validate.main([str(built.with_name(f"{built.name}.zip"))]) == 0


# reproducible


def test_same_bytes_whatever_the_surroundings(small_package: Path, tmp_path: Path) -> None:
    """Another folder, time zone, locale, umask, hash seed, home and year of the files."""
    zips = []
    for number, surroundings in enumerate(
        [
            {"TZ": "Asia/Shanghai", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
            {"TZ": "America/New_York", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"},
        ]
    ):
        for path in small_package.rglob("*"):
            os.utime(path, (number * 10**9, number * 10**9))
        output = tmp_path / f"folder {number}"
        old = os.umask(0o022 if number else 0o077)
        try:
            result = run_build(small_package, output, HOME=str(tmp_path), **surroundings)
        finally:
            os.umask(old)
        assert result.returncode == 0, result.stderr
        for format in release.FORMATS:  # progress is shown, and what was made is told
            assert f"build: writing {format.name}: {format.title}" in result.stderr
            assert format.name in result.stdout
        zips.append(output / f"{NAME}.zip")
    sums = [path.with_name(NAME) / "SHA256SUMS" for path in zips]
    assert sums[0].read_text(encoding="utf-8") == sums[1].read_text(encoding="utf-8")
    assert zips[0].read_bytes() == zips[1].read_bytes()


# safe


def contents(folder: Path) -> dict[str, str]:
    """Hash of every file in a folder, but the lock."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


@pytest.fixture
def with_old(small_package: Path, tmp_path: Path) -> Path:
    """An output folder with an older release, of which nothing may be touched."""
    old = tmp_path / "dist" / "zhonglianbu-0.0.9"
    old.mkdir(parents=True)
    (old / "SHA256SUMS").write_text("old", encoding="utf-8")
    (old.parent / f"{old.name}.zip").write_text("old", encoding="utf-8")
    return old.parent


def build_until(package: Path, output: Path, step: int) -> None:
    """Build, and be killed before the step of that number; for a process of its own."""
    sys.stderr = sys.stdout = io.StringIO()
    count = 0

    def progress(_: str) -> None:
        nonlocal count
        if count == step:
            os.kill(os.getpid(), signal.SIGKILL)
        count += 1

    build.progress = progress
    os._exit(build.main([str(package), "--output", str(output)]))


def is_whole(output: Path, before: dict[str, str]) -> bool:
    """Whether all that was there is there, and of the new release nothing or the whole folder."""
    there = {path.name for path in output.iterdir() if not path.name.startswith(".")}
    new = there - {name.split("/")[0] for name in before}
    if new - {NAME, f"{NAME}.zip"} or not contents(output).items() >= before.items():
        return False
    sums = ["sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS"]
    return not new or subprocess.run(sums, cwd=output / NAME, check=False).returncode == 0


def test_at_every_step_what_is_there_is_whole(
    small_package: Path, with_old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build that is killed leaves the disk as it was at that step: so the disk is looked at."""
    before = contents(with_old)
    seen: list[bool] = []
    monkeypatch.setattr(build, "progress", lambda _: seen.append(is_whole(with_old, before)))
    assert build.main([str(small_package), "--output", str(with_old)]) == 0
    assert len(seen) > len(release.FORMATS) + 5
    assert all(seen)


def test_killed_it_leaves_what_was_there_and_the_next_build_clears_up(
    small_package: Path, with_old: Path
) -> None:
    """Killed in the midst, and between the folder and the zip; then left alone."""
    before = contents(with_old)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["build"])
    last = len(release.FORMATS) + 6
    for step, code in ((8, -signal.SIGKILL), (last, -signal.SIGKILL), (last + 1, 0)):
        process = context.Process(target=build_until, args=(small_package, with_old, step))
        process.start()
        process.join()
        assert process.exitcode == code
        assert is_whole(with_old, before)
        left = [path for path in with_old.iterdir() if path.name.startswith(build.ASIDE)]
        assert len(left) == (1 if code else 0), "what was left before is cleared away"
        assert (with_old / NAME).exists() == (step >= last)
        assert (with_old / f"{NAME}.zip").exists() == (code == 0)


@pytest.mark.parametrize("limit", [2_000, 200_000, 320_000])
def test_a_full_disk_is_one_line_and_nothing_is_lost(
    small_package: Path, with_old: Path, limit: int
) -> None:
    """No file may grow beyond a limit: the copies, the SQLite file, the zip cannot be written."""
    before = contents(with_old)
    result = subprocess.run(
        [sys.executable, ROOT / "scripts" / "build.py", small_package, "--output", with_old],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        check=False,
    )
    assert result.returncode == 2, result.stderr
    *steps, last = result.stderr.splitlines()
    assert "Traceback" not in result.stderr
    assert all(line.startswith("build: ") for line in steps)
    assert re.match(r"build: .*(too large|disk|full|space)", last, re.IGNORECASE), last
    assert contents(with_old) == before
    assert [path.name for path in with_old.iterdir() if path.name.startswith(".building")] == []


@pytest.mark.parametrize(
    "error",
    [
        OSError(28, "No space left on device"),
        duckdb.IOException("IO Error: No space left on device\nmore"),
        sqlite3.OperationalError("database or disk is full"),
        FileCreateError("No space left on device"),
        release.ReleaseError("a cell is too long"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_a_library_says_is_one_line(
    small_package: Path,
    with_old: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
) -> None:
    def fail(_: release.Release) -> None:
        raise error

    formats = list(release.FORMATS)
    formats[1] = dataclasses.replace(formats[1], write=fail)
    monkeypatch.setattr(release, "FORMATS", tuple(formats))
    before = contents(with_old)
    assert build.main([str(small_package), "--output", str(with_old)]) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert re.match("build: .*(space|full|too long)", last)
    assert contents(with_old) == before
    assert [path.name for path in with_old.iterdir() if path.name.startswith(".building")] == []


def test_formats_can_be_left_out(small_package: Path, tmp_path: Path) -> None:
    formats = [one for one in release.FORMATS if one.name in ("package", "derived", "parquet")]
    told: list[str] = []
    release.build(Package(small_package), tmp_path / "some", told.append, formats)
    names = {path.name for path in (tmp_path / "some").iterdir()}
    assert {"data", "parquet", "SHA256SUMS"} <= names
    assert not {"stata", "popolo.json", "contacts.graphml"} & names
    assert [line for line in told if line.startswith("writing p")] != []
    assert [line for line in told if "stata" in line] == []


def test_memory_that_does_not_suffice_for_a_format_is_added_to(
    small_package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    formats = [one for one in release.FORMATS if one.name in ("package", "popolo")]
    release.build(Package(small_package), tmp_path / "usual", lambda _: None, formats)
    added: list[bool] = []

    add_memory = tables.add_memory

    def note(database: duckdb.DuckDBPyConnection) -> bool:
        added.append(add_memory(database))
        return added[-1]

    monkeypatch.setattr(base, "MEMORY_LOADED", 8 << 20)
    monkeypatch.setattr(tables, "add_memory", note)
    release.build(Package(small_package), tmp_path / "scarce", lambda _: None, formats)
    assert contents(tmp_path / "scarce") == contents(tmp_path / "usual")
    assert added


@pytest.mark.parametrize("output", ["a file/dist", "/proc/releases"])
def test_a_target_that_cannot_be_written_is_one_line(
    small_package: Path, tmp_path: Path, output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a file").write_text("", encoding="utf-8")
    assert build.main([str(small_package), "--output", str(tmp_path / output)]) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("build: ") and Path(output).name in last


def test_the_same_version_with_other_bytes_is_refused(
    small: Small, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package, output = small.add_papers(), tmp_path / "dist"
    assert build.main([str(package), "--output", str(output)]) == 0
    before = contents(output)
    assert build.main([str(package), "--output", str(output)]) == 0, "the same bytes are no fault"
    assert contents(output) == before
    small.replace("people", "Geng Biao", "Geng  Biao".replace("  ", " X "))
    assert build.main([str(package), "--output", str(output)]) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert "is there with other bytes" in last and "raise the version" in last
    assert contents(output) == before


def test_an_invalid_package_is_not_built(small: Small, tmp_path: Path) -> None:
    package = small.add_papers()
    small.replace("people", "Geng Biao", "")
    assert build.main([str(package), "--output", str(tmp_path / "dist")]) == 1
    assert not (tmp_path / "dist").exists()


def test_two_builds_do_not_meet(
    small_package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with build.aside(tmp_path / "dist"):
        assert build.main([str(small_package), "--output", str(tmp_path / "dist")]) == 2
    assert "another build is at work here" in capsys.readouterr().err


# what the formats cannot hold


def test_a_cell_longer_than_excel_holds_is_refused(
    small: Small, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = small.add_papers()
    small.replace("people", "Geng Biao", "Geng Biao" + "o" * 32_767)
    assert build.main([str(package), "--output", str(tmp_path / "dist")]) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("build: data/people.csv: row ") and "name_en" in last


def test_a_table_longer_than_a_sheet_is_named_and_left_out(
    small_package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = len(Package(small_package)["ids"].rows())
    monkeypatch.setattr(release.excel, "MAX_ROWS", rows)
    assert build.main([str(small_package), "--output", str(tmp_path / "dist")]) == 0
    book = openpyxl.load_workbook(tmp_path / "dist" / NAME / "zhonglianbu.xlsx", read_only=True)
    assert "ids" not in book.sheetnames and "contacts" in book.sheetnames
    stated = {row[0]: row[2] for row in book["README"].iter_rows(values_only=True)}
    assert stated["ids"] == f"{rows:,}, more than a sheet holds: use another format"
