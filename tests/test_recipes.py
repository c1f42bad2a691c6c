"""The recipes of docs/recipes run on the built release, and all give the same answers."""

from __future__ import annotations

import csv
import doctest
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import duckdb
import nbclient
import nbformat
import openpyxl
import pytest

import zhonglianbu
from conftest import ROOT

RECIPES = ROOT / "docs" / "recipes"
NOTEBOOK = RECIPES / "contacts_by_year_and_region.ipynb"
SPARK = ROOT / ".venv-spark" / "bin" / "python"


def blocks(name: str, language: str) -> list[str]:
    """The blocks of code of a recipe that are run: those marked ``shown`` are not."""
    text = (RECIPES / f"{name}.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="session")
def answers(built: Path) -> dict[str, list[str]]:
    """What the recipes must say, counted row by row from the CSV files."""

    def rows(path: str) -> Iterator[dict[str, str]]:
        with (built / path).open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)

    heads: Counter[str] = Counter()
    for row in rows("derived/country_year.csv"):
        if row["coverage"] == "frame":
            heads[row["country_id"]] += int(row["contacts_head"])
    first = sorted(heads.items(), key=lambda one: (-one[1], one[0]))[:5]
    june = {
        row["contact_id"]
        for row in rows("derived/contacts_flat.csv")
        if row["in_statistics"] == "true"
        and row["start_date_min"] >= "2023-06-01"
        and row["start_date_max"] <= "2023-06-30"
    }
    assert first[4][1] > 5
    assert len(june) > 5
    return {
        "countries": [f"{country} {number}" for country, number in first],
        "Namibia": ["Namibia NA"],
        "June 2023": [f"June 2023 {len(june)}"],
    }


def check(said: str, answers: dict[str, list[str]], times: dict[str, int] | None = None) -> None:
    """Every answer is given, as often as the recipe has ways to it."""
    lines = [" ".join(line.split()) for line in said.splitlines()]
    for question, expected in answers.items():
        wanted = (times or {}).get(question, 1)
        kind = r"[A-Z]{3} \d+" if question == "countries" else rf"{question} .*"
        found = [line for line in lines if re.fullmatch(kind, line)]
        assert found == expected * wanted, question


def run(command: list[str | Path], folder: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests" / "offline")}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    # LibreOffice looks for a Java that it does not need here
    said = [line for line in done.stderr.splitlines() if "javaldx" not in line]
    assert not [line for line in said if "warning" in line.lower()], said
    return done.stdout


def test_the_list_has_every_recipe_and_no_block_is_forgotten() -> None:
    listed = re.findall(r"\]\((\w+\.\w+)\)", (RECIPES / "README.md").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(
        path.name for path in RECIPES.iterdir() if path.name != "README.md"
    )
    kinds = set()
    for path in RECIPES.glob("*.md"):
        for kind in re.findall(r"^```(.+)$", path.read_text(encoding="utf-8"), re.MULTILINE):
            kinds.add((path.stem, kind))
    assert kinds == {
        ("pandas", "python"), ("polars", "python"), ("duckdb", "sql"), ("sqlite", "sql"),
        ("sqlite", "sh"), ("r", "r"), ("r", "r shown"), ("spreadsheets", "formula"),
        ("spreadsheets", "sh"), ("stata", "stata shown"), ("stata", "python"),
        ("spark", "python"), ("python", "pycon"), ("python", "sh"),
        ("party_facts_and_regimes", "python"),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["pandas", "polars", "stata"])
def test_python(name: str, built: Path, answers: dict[str, list[str]]) -> None:
    said = run([sys.executable, "-c", "\n".join(blocks(name, "python"))], built)
    check(said, answers)
    if name == "pandas":
        assert "https://" in said


def test_python_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    test = doctest.DocTestParser().get_doctest(
        "\n".join(blocks("python", "pycon")), {}, "python.md", None, None
    )
    assert len(test.examples) > 10
    said: list[str] = []
    assert doctest.DocTestRunner().run(test, out=said.append).failed == 0, "".join(said)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    (commands,) = blocks("python", "sh")
    for line in commands.splitlines():
        done = subprocess.run(
            ["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, line + done.stderr
        assert done.stdout or "--output" in line or "validate" in line
    assert (tmp_path / "contacts.jsonl").read_text(encoding="utf-8").count("\n") > 1000


@pytest.mark.parametrize("engine", ["duckdb", "sqlite"])
def test_sql(
    engine: str, built: Path, answers: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(built)
    if engine == "duckdb":
        database = duckdb.connect()
    else:
        database = sqlite3.connect("file:zhonglianbu.sqlite?mode=ro", uri=True)
    rows = [row for query in blocks(engine, "sql") for row in database.execute(query).fetchall()]
    database.close()
    check("\n".join(" ".join(map(str, row)) for row in rows), answers)


@pytest.mark.system
def test_sqlite_shell(built: Path) -> None:
    if not shutil.which("sqlite3"):
        pytest.skip("sqlite3 is missing: on Debian, apt-get install sqlite3")
    (command,) = blocks("sqlite", "sh")
    assert run(["bash", "-c", command], built) == "Namibia NA\n"


@pytest.mark.system
def test_r(built: Path, answers: dict[str, list[str]]) -> None:
    needed = {"": "r-base-core", "readr": "r-cran-readr", "haven": "r-cran-haven"}
    for package, debian in needed.items():
        probe = ["Rscript", "--vanilla", "-e", f"library({package})" if package else "1"]
        if not shutil.which("Rscript") or subprocess.run(probe, capture_output=True).returncode:
            pytest.skip(f"{package or 'R'} is missing: on Debian, apt-get install {debian}")
    base, *others = blocks("r", "r")
    check(run(["Rscript", "--vanilla", "-e", base], built), answers)
    said = run(["Rscript", "--vanilla", "-e", "\n".join(others)], built)
    check(said, answers, {"countries": 2})


@contextmanager
def soffice(folder: Path) -> Iterator[list[str | Path]]:
    """LibreOffice with a profile of its own, so that another one at work does not matter."""
    if not shutil.which("soffice"):
        pytest.skip("soffice is missing: on Debian, apt-get install libreoffice-calc-nogui")
    yield ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]


@pytest.mark.system
def test_spreadsheet(built: Path, tmp_path: Path) -> None:
    """The formulas in a sheet of their own, computed by LibreOffice; then the sheet as CSV."""
    panel = zhonglianbu.load("country_year", to="rows")
    frame = [row for row in panel if row["coverage"] == "frame"]
    japan = sum(int(str(row["contacts_head"])) for row in frame if row["country_id"] == "JPN")
    book = openpyxl.load_workbook(built / "zhonglianbu.xlsx")
    for name in set(book.sheetnames) - {"country_year", "countries"}:
        del book[name]
    sheet = book.create_sheet("answers", 0)
    formulas = [block.strip() for block in blocks("spreadsheets", "formula")]
    for number, formula in enumerate(formulas, 1):
        sheet.cell(number, 1, formula)
    book.save(tmp_path / "zhonglianbu.xlsx")
    (command,) = blocks("spreadsheets", "sh")
    with soffice(tmp_path) as program:
        start = " ".join(f"'{part}'" for part in program)
        command = command.replace("soffice --headless", start)
        run(["bash", "-c", command], tmp_path)
    lines = {
        path.name: path.read_text(encoding="utf-8").splitlines()
        for path in (tmp_path / "sheets").iterdir()
    }
    assert lines["zhonglianbu-answers.csv"] == [str(len(frame)), str(japan), "NA"]
    assert len(lines["zhonglianbu-country_year.csv"]) == len(panel) + 1


def test_notebook(built: Path, tmp_path: Path) -> None:
    """It runs in a kernel of its own, draws two figures, and is kept without output."""
    book = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(book)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in book.cells)
    text = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    assert "Counts follow what was collected, not what happened" in text
    client = nbclient.NotebookClient(
        book, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    images = [one for one in outputs if "image/png" in one.get("data", {})]
    assert len(images) == 2
    assert not [one for one in outputs if one.output_type == "error" or one.get("name") == "stderr"]
    said = "".join(one.get("text", "") for one in outputs)
    assert zhonglianbu.cite() in said
    table = next(
        one.data["text/plain"] for one in outputs if "text/plain" in one.get("data", {})
        and "Africa" in one.data["text/plain"]
    )  # fmt: skip
    africa = Counter(
        {
            row["year"]: 0
            for row in zhonglianbu.load("covered_years", to="rows")
            if row["coverage"] == "frame"
        }
    )
    for row in zhonglianbu.load("country_year", to="rows"):
        if row["coverage"] == "frame" and row["region"] == "Africa":
            africa[row["year"]] += row["contacts_head"]
    line = next(line for line in table.splitlines() if line.startswith("Africa"))
    assert [int(cell) for cell in line.split()[1:]] == [africa[year] for year in sorted(africa)]


def test_party_facts_and_regimes(tmp_path: Path) -> None:
    """On small files of the shape of the two, made of what this package has."""
    parties = [row for row in zhonglianbu.load("parties", to="rows") if row["partyfacts_id"]]
    names = {row["organization_id"]: row for row in zhonglianbu.load("organizations", to="rows")}
    left_out = parties[0]
    with (tmp_path / "partyfacts-core-parties.csv").open("w", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["country", "partyfacts_id", "name_short", "name"])
        for row in parties[1:]:
            one = names[str(row["organization_id"])]
            short = one["abbreviation"] or one["name_en"]
            writer.writerow([one["country_id"], row["partyfacts_id"], short, one["name_en"]])
    panel = zhonglianbu.panel("country", to="rows")
    regimes = {
        (row["country_id"], row["year"]): ord(str(row["country_id"])[0]) % 4
        for row in panel
        if row["coverage"] != "absent" and str(row["country_id"]) < "T"
    }
    with (tmp_path / "political-regime.csv").open("w", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["Entity", "Code", "Year", "Political regime"])
        writer.writerow(["World", "", 2023, 1])
        writer.writerows(["x", code, year, regime] for (code, year), regime in regimes.items())
    code = "\n".join(blocks("party_facts_and_regimes", "python"))
    said = run([sys.executable, "-c", code], tmp_path)

    heads: Counter[int] = Counter()
    for row in panel:
        key = (row["country_id"], row["year"])
        if row["coverage"] == "frame" and key in regimes:
            heads[regimes[key]] += int(str(row["contacts_head"]))
    for regime, number in heads.items():
        assert re.search(rf"^{regime}(\.0)?\s+{number}$", said, re.MULTILINE)
    met = [row for row in panel if row["contacts"]]
    without = sum((row["country_id"], row["year"]) not in regimes for row in met)
    assert f"{without} of {len(met)} country-years with contacts have no regime" in said
    assert f"{len(parties) - 1} parties are in Party Facts" in said
    assert left_out["partyfacts_match"] == "matched"


@pytest.mark.spark
def test_spark(built: Path, answers: dict[str, list[str]]) -> None:
    assert SPARK.is_file(), "make test-spark sets it up"
    assert shutil.which("java"), "on Debian, apt-get install default-jre-headless"
    done = subprocess.run(
        [SPARK, "-c", "\n".join(blocks("spark", "python"))],
        cwd=built, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    check(done.stdout, answers)
    near = dict(re.findall(r"^near (\w+) (\d+)$", done.stdout, re.MULTILINE))
    days: Counter[str] = Counter()
    with (built / "derived/contacts_flat.csv").open(encoding="utf-8", newline="") as file:
        contacts = {
            (row["contact_id"], row["country_id"], row["start_date_max"])
            for row in csv.DictReader(file)
            if row["in_statistics"] == "true"
        }
    codes = ["JPN", "ZAF", "VNM", "DEU"]
    events = Counter((codes[n % 4], n % 730) for n in range(1_000_000))
    start = date(2023, 1, 1)
    for _, country, day in contacts:
        for after in range(8):
            offset = (date.fromisoformat(day) + timedelta(after) - start).days
            days[country] += events[country, offset]
    assert near == {country: str(number) for country, number in days.items() if number}
