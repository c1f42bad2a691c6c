"""The README keeps its promises: its commands run, its figures are the data's."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path

import duckdb
import pytest

import docs
from conftest import ROOT
from zhonglianbu import summary
from zhonglianbu.package import Package

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_generated_files_are_up_to_date() -> None:
    assert docs.main(["--check"]) == 0


def test_first_screen_has_the_two_commands_and_the_counts() -> None:
    first_screen = "\n".join(README.splitlines()[:45])
    assert "make        #" in first_screen
    assert "make test   #" in first_screen
    counts = summary.figures(Package(ROOT))
    assert f"**{counts['contacts']:,} contacts**" in first_screen
    assert f"{counts['rows']:,} rows in {counts['tables']} tables" in first_screen


def test_figures_are_counted_by_another_road() -> None:
    """The same numbers by SQL over the files, not by the code that wrote them."""
    counts = summary.figures(Package(ROOT))

    def one(sql: str) -> int:
        found = duckdb.sql(sql).fetchone()
        assert found
        return int(found[0])

    data = ROOT / "data"
    csv = "read_csv('{}', all_varchar = true, header = true, delim = ',', quote = '\"')"
    contacts, participants, parties, organizations = (
        csv.format(data / f"{name}.csv")
        for name in ("contacts", "participants", "parties", "organizations")
    )
    counted = f"(SELECT contact_id FROM {contacts} WHERE in_statistics = 'true')"
    foreign = f"{participants} WHERE side = 'foreign' AND contact_id IN {counted}"
    assert counts["contacts"] == one(f"SELECT count(*) FROM {counted}")
    assert counts["countries"] == one(f"SELECT count(DISTINCT country_id) FROM {foreign}")
    assert counts["parties"] == one(
        f"""
        SELECT count(*) FROM {parties} WHERE organization_id IN (
            SELECT unnest([o.organization_id, o.parent_id]) FROM {organizations} AS o
            WHERE o.organization_id IN (SELECT organization_id FROM {foreign}))
        """
    )


def are_the_first_five(countries: list[str]) -> bool:
    """Whether no country has more foreign participants than these five, counted in SQL."""
    rows = duckdb.sql(
        f"""
        SELECT country_id, count(*) FROM read_csv('{ROOT / "data" / "participants.csv"}',
            all_varchar = true, header = true, delim = ',', quote = '"')
        WHERE side = 'foreign' AND country_id IS NOT NULL GROUP BY 1
        """
    ).fetchall()
    counts = dict(rows)
    most = sorted(counts.values(), reverse=True)[:5]
    return sorted((counts[one] for one in set(countries)), reverse=True) == most


def test_pandas_example_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = blocks("python")
    monkeypatch.chdir(ROOT)
    out = io.StringIO()
    with redirect_stdout(out):
        exec(compile(code, "README.md", "exec"), {})
    assert are_the_first_five(re.findall(r"^[A-Z]{3}\b", out.getvalue(), re.M))


@pytest.mark.parametrize("sql", blocks("sql"))
def test_duckdb_examples_run(sql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    rows = duckdb.sql(sql).fetchall()
    assert len(rows) >= 13
    assert all(any(row) for row in rows)


@pytest.mark.system
def test_r_example_runs() -> None:
    if not shutil.which("Rscript"):
        pytest.skip("Rscript is missing: on Debian, apt-get install r-base-core")
    (code,) = blocks("r")
    result = subprocess.run(
        ["Rscript", "--vanilla", "-e", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert are_the_first_five(re.findall(r"[A-Z]{3}", result.stdout))
    assert not re.search(r"warning", result.stderr, re.IGNORECASE)


@pytest.mark.system
def test_javascript_example_runs(built: Path) -> None:
    if not shutil.which("node"):
        pytest.skip("node is missing: on Debian, apt-get install nodejs")
    (code,) = blocks("js")
    done = subprocess.run(
        ["node", "-e", code], cwd=built, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.match(r"\d{4}-\d\d-\d\d .+ https?://\S+$", done.stdout.strip())


def test_the_version_to_cite_is_that_of_the_data() -> None:
    package = Package(ROOT)
    year = str(package.descriptor["as_of"])[:4]
    assert re.findall(r"version ([0-9.]+), (\d{4})", README) == [(package.version, year)]


def test_stata_example_names_a_file_of_the_release(built: Path) -> None:
    (path,) = re.findall(r"`use (stata/\w+), clear`", README)
    assert (built / f"{path}.dta").is_file()


def test_frictionless_command_is_the_one_tested() -> None:
    assert "frictionless validate datapackage.json" in README
    assert (ROOT / "datapackage.json").is_file()
    assert sys.version_info >= (3, 11)
