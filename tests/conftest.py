"""A small complete package for the tests, fresh for each."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))


class Small:
    """The small package in a folder of its own, with helpers to spoil it."""

    def __init__(self, root: Path):
        self.root = root

    def path(self, table: str) -> Path:
        return self.root / "data" / f"{table}.csv"

    def rows(self, table: str) -> list[dict[str, str]]:
        with self.path(table).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def write(self, table: str, rows: list[dict[str, str]]) -> None:
        header = self.path(table).read_text(encoding="utf-8").split("\n", 1)[0].split(",")
        with self.path(table).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, header, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def set(self, table: str, key: str, **cells: str) -> None:
        """Change cells of the row whose first cell is ``key``."""
        rows = self.rows(table)
        row = next(row for row in rows if next(iter(row.values())) == key)
        row.update(cells)
        self.write(table, rows)

    def drop(self, table: str, key: str) -> None:
        rows = self.rows(table)
        self.write(table, [row for row in rows if next(iter(row.values())) != key])

    def add(self, table: str, **cells: str) -> None:
        """Add a row, with its id in ids and a citation, and keep every table in order."""
        rows = self.rows(table)
        blank = dict.fromkeys(rows[0], "")
        rows.append(blank | cells)
        rows.sort(key=lambda row: [value.zfill(9) for value in list(row.values())[:2]])
        if table in ("ids", "participants", "parties", "citations"):
            rows.sort(key=lambda row: next(iter(row.values())))
        self.write(table, rows)

    def replace(self, table: str, old: str, new: str) -> None:
        """Change the text of a table's file."""
        text = self.path(table).read_bytes().decode("utf-8")
        assert old in text, f"{old!r} is not in {table}"
        self.path(table).write_bytes(text.replace(old, new, 1).encode("utf-8"))

    def add_papers(self) -> Path:
        """Add what a release carries besides the data; return the package's folder."""
        for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"):
            shutil.copyfile(ROOT / name, self.root / name)
        for folder in ("LICENSES", "docs"):
            shutil.copytree(ROOT / folder, self.root / folder)
        return self.root


def run_build(package: Path, output: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run scripts/build.py as a command."""
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / "build.py", package, "--output", output],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release of the real data, built once; the zip lies beside the folder."""
    output = tmp_path_factory.mktemp("dist")
    result = run_build(ROOT, output)
    assert result.returncode == 0, result.stdout + result.stderr
    (folder,) = output.glob("zhonglianbu-*/")
    return folder


@pytest.fixture
def small(tmp_path: Path) -> Small:
    root = tmp_path / "package"
    shutil.copytree(ROOT / "tests" / "package", root)
    for folder in ("schemas", "rules"):
        shutil.copytree(ROOT / folder, root / folder)
    (root / "rules" / "floors.csv").unlink()  # of the real package
    return Small(root)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where everything must run (CI=true), a skipped test is a failure."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped under CI: {report.longrepr}"
    return report
