"""What users import: the data inside the wheel, in every form, and the command."""

from __future__ import annotations

import csv
import doctest
import json
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import mypy.api
import pandas
import polars
import pytest

import zhonglianbu
from conftest import ROOT, Small
from zhonglianbu import Data, command, gate, loader, lookup
from zhonglianbu.package import Package

PACKAGE = Package(ROOT)
TABLES = [table.name for table in PACKAGE.tables]


def build_wheel(output: Path, **environment: str) -> Path:
    """Run scripts/wheel.py; return what it built."""
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "wheel.py", "--output", output],
        env={**os.environ, **environment}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    (built,) = output.glob("*.whl")
    assert done.stdout == f"{built}\n"
    return built


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python of a fresh environment into which only our wheel was installed, from a bare tree."""
    folder = tmp_path_factory.mktemp("wheel")
    built = build_wheel(folder, TZ="UTC")
    with zipfile.ZipFile(built) as archive:
        names = archive.namelist()
    assert len(names) == len(set(names))
    assert "zhonglianbu/py.typed" in names
    for table in PACKAGE.tables:
        assert f"zhonglianbu/package/{table.relative}" in names
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--python", python, "install", "--no-index", built], check=True)
    return python


def test_the_wheel_has_the_same_bytes_again(installed: Path, tmp_path: Path) -> None:
    (first,) = installed.parents[2].glob("*.whl")
    old = os.umask(0o077)
    try:
        again = build_wheel(tmp_path, TZ="Asia/Shanghai", LC_ALL="C", PYTHONHASHSEED="7")
    finally:
        os.umask(old)
    assert again.read_bytes() == first.read_bytes()
    status = subprocess.run(
        ["git", "status", "--porcelain", "--ignored", "build"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert status.stdout == ""


USE = """
import sys
import zhonglianbu
assert "site-packages" in zhonglianbu.__file__
assert zhonglianbu.version == VERSION and zhonglianbu.as_of == AS_OF
for name in zhonglianbu.tables:
    assert zhonglianbu.load(name), name
with zhonglianbu.connect() as database:
    (heads,) = database.execute("SELECT count(*) FROM heads_on").fetchone()
assert heads == len(zhonglianbu.load("heads_on"))
assert zhonglianbu.resolve("ild") == "ild"
assert "supports" in zhonglianbu.cite("geng-biao")
assert zhonglianbu.panel("party") == zhonglianbu.load("party_year")
assert not {"duckdb", "pandas", "polars", "jsonschema"} & set(sys.modules)
for wanted in ("pandas", "polars"):
    try:
        zhonglianbu.load("contacts", to=wanted)
    except ImportError as error:
        assert wanted in str(error)
    else:
        raise AssertionError("not installed")
"""


def test_a_fresh_installation_needs_nothing_and_no_network(installed: Path) -> None:
    offline = {**os.environ, "PYTHONPATH": str(ROOT / "tests" / "offline")}
    code = USE.replace("VERSION", repr(PACKAGE.version))
    code = code.replace("AS_OF", repr(PACKAGE.descriptor["as_of"]))
    run = [installed, "-c", code]
    done = subprocess.run(
        run, cwd=installed.parent, env=offline, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr

    tool = installed.with_name("zhonglianbu")

    def say(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [tool, *arguments], cwd=installed.parent, env=offline, capture_output=True, text=True,
            check=False,
        )  # fmt: skip

    assert say("search", "中联部").stdout.startswith("ild\t")
    assert "耿飚" in say("show", "geng-biao").stdout
    assert say("export", "contacts").stdout.count("\n") > 1000
    assert say("export", "package", "--output", "copy").returncode == 0
    assert [one for one in gate.run(installed.parent / "copy") if one.severity == "error"] == []
    refused = say("validate")
    assert refused.returncode == 2
    assert "pip install 'zhonglianbu[pipeline]'" in refused.stderr
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize("module", [loader, zhonglianbu], ids=lambda module: module.__name__)
def test_the_examples_of_the_documentation_run(module: object) -> None:
    failed, tried = doctest.testmod(module)  # type: ignore[arg-type]
    assert failed == 0
    assert tried > 2


def test_every_public_function_has_an_example() -> None:
    for name in zhonglianbu.__all__:
        one = getattr(zhonglianbu, name)
        if callable(one) and not isinstance(one, type):
            assert ">>>" in (one.__doc__ or ""), name


def as_text(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("name", TABLES)
def test_every_cell_in_every_form(name: str) -> None:
    """Rows are the file's cells with types, and pandas and polars have the same."""
    rows = zhonglianbu.load(name, to="rows")
    fields = PACKAGE[name].field_names
    texts = [{field: as_text(row[field]) for field in fields} for row in rows]
    assert texts == PACKAGE[name].rows()
    frame = zhonglianbu.load(name, to="polars")
    assert frame.to_dicts() == rows
    table = zhonglianbu.load(name, to="pandas")
    assert list(table.columns) == list(rows[0])
    for column in table.columns:
        cells = [None if pandas.isna(value) else value for value in table[column]]
        days = [value.date() if isinstance(value, pandas.Timestamp) else value for value in cells]
        assert days == [row[column] for row in rows], column


def test_types_and_missing_values() -> None:
    countries = zhonglianbu.load("countries", to="pandas").set_index("country_id")
    assert countries.loc["NAM", "iso2"] == "NA"
    assert countries.iso2.isna().any()
    assert str(countries.dtypes["cow"]) == "Int64"
    contacts = zhonglianbu.load("contacts", to="polars")
    assert contacts.schema["in_statistics"] == polars.Boolean
    assert contacts.schema["start_date_min"] == polars.Date
    month = next(
        row
        for row in zhonglianbu.load("tenures", to="rows")
        if re.fullmatch("[0-9]{4}-01", str(row["start_date"]))
    )
    year = int(str(month["start_date"])[:4])
    bounds = (month["start_date_min"], month["start_date_max"])
    assert bounds == (date(year, 1, 1), date(year, 1, 31))


@pytest.mark.parametrize(
    ("installed", "kind"),
    [
        ({"pandas", "polars"}, pandas.DataFrame),
        ({"polars"}, polars.DataFrame),
        (set(), list),
    ],
)
def test_the_form_follows_what_is_installed(
    installed: set[str], kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader.importlib.util, "find_spec", lambda name: name in installed or None)
    assert isinstance(zhonglianbu.load("parties"), kind)


VIEWS = [view.name for view in loader.views.read_all()]


def plain(value: object) -> object:
    return int(value) if isinstance(value, bool) else as_text(value) or None


@pytest.mark.parametrize("name", [*TABLES, *VIEWS])
def test_both_databases_have_every_cell(name: str, databases: tuple[object, object]) -> None:
    lite, duck = (
        database.execute(f'SELECT * FROM "{name}"').fetchall()  # type: ignore[attr-defined]
        for database in databases
    )
    ours = zhonglianbu.load(name, to="rows")
    assert ours
    expected = sorted([str(plain(value)) for value in row.values()] for row in ours)
    for rows in (lite, duck):
        assert sorted([str(plain(value)) for value in row] for row in rows) == expected


@pytest.fixture(scope="module")
def databases() -> tuple[object, object]:
    return zhonglianbu.connect(), zhonglianbu.connect("duckdb")


def test_databases_are_read_only_and_apart(databases: tuple[object, object]) -> None:
    lite, duck = databases
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        lite.execute("DELETE FROM contacts")  # type: ignore[attr-defined]
    with pytest.raises(duckdb.Error, match="read-only"):
        duck.execute("DELETE FROM contacts")  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="sqlite or duckdb"):
        zhonglianbu.connect("postgres")  # type: ignore[call-overload]


def test_ids_are_followed_through_merges(small: Small) -> None:
    data = Data(small.root)
    assert data.resolve("zaf-anc") == "zaf-african-national-congress"
    assert data.row("zaf-anc")[1]["abbreviation"] == "ANC"
    assert data.cite("zaf-anc").startswith(
        "zaf-african-national-congress in organizations (after zaf-anc)\n  supports: "
    )
    with pytest.raises(zhonglianbu.WithdrawnId, match="was withdrawn: It was announced"):
        data.resolve("ct-0x0x0x")
    with pytest.raises(zhonglianbu.UnknownName, match="'zaf-anx' is no id: did you mean zaf-anc"):
        data.resolve("zaf-anx")


def test_sources_of_a_row_and_of_the_data(small: Small) -> None:
    told = Data(small.root).cite("tn-liu-jianchao-head")
    assert "  contradicts start_date '2022-05': 刘建超" in told
    assert "https://www.idcpc.org.cn/bzhd/wshd/202207/t20220701_149228.html" in told
    assert "p. 89" in told
    nothing = small.rows("citations")[0]["citation_id"]
    assert Data(small.root).cite(nothing).endswith("nothing of its own is cited")
    assert f"version {PACKAGE.version}. CC-BY-4.0." in zhonglianbu.cite()


def test_unknown_names_lead_to_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(zhonglianbu.UnknownName, match="did you mean contacts or"):
        zhonglianbu.load("contact")
    with pytest.raises(zhonglianbu.UnknownName, match=r"one of .*, participants, "):
        zhonglianbu.load("zzz")
    with pytest.raises(ValueError, match="pandas, polars"):
        zhonglianbu.load("contacts", to="csv")  # type: ignore[call-overload]
    with pytest.raises(zhonglianbu.PackageError, match="no such file"):
        _ = Data(tmp_path).version
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = zhonglianbu.nothing


ANC = "zaf-african-national-congress"
YEARS = [
    {"iso3": "ZAF", "year": 2023, "regime": 2, "score": 0.7},
    {"iso3": "ZAF", "year": 2022, "regime": None, "score": 0.5},
    {"iso3": "QQQ", "year": 2023, "regime": 1, "score": 0.1},
]


def of_file(tmp_path: Path) -> Path:
    path = tmp_path / "regimes.csv"
    text = "\ufeffiso3,year,regime,score\nZAF,2023,2,0.7\nZAF,2022,,0.5\nQQQ,2023,1,0.1\n"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "table",
    [
        lambda _: YEARS,
        lambda _: pandas.DataFrame(YEARS),
        lambda _: pandas.DataFrame(YEARS).astype({"year": "float64", "regime": "Int64"}),
        lambda _: polars.DataFrame(YEARS),
        of_file,
        lambda folder: str(of_file(folder)),
    ],
    ids=["rows", "pandas", "pandas nullable", "polars", "path", "name"],
)
def test_a_table_of_the_user_is_joined_to_the_panel(
    table: Callable[[Path], object], tmp_path: Path
) -> None:
    plain_panel = zhonglianbu.panel("country", to="rows")
    rows = zhonglianbu.panel("country", join=table(tmp_path), to="rows")
    assert [{**row, "regime": 0, "score": 0} for row in plain_panel] == [
        {**row, "regime": 0, "score": 0} for row in rows
    ]
    joined = {
        (row["country_id"], row["year"]): (row["regime"], row["score"])
        for row in rows
        if (row["regime"], row["score"]) != (None, None)
    }
    assert joined == {("ZAF", 2023): (2, 0.7), ("ZAF", 2022): (None, 0.5)}
    frame = zhonglianbu.panel("country", join=table(tmp_path), to="pandas")
    assert frame.regime.sum() == 2
    assert str(frame.dtypes["year"]) == "Int64"


def test_panels_join_by_cow_party_facts_and_names_of_ones_own() -> None:
    rows = zhonglianbu.panel(join=[{"ccode": 560, "year": 2023, "x": "a"}], to="rows")
    assert [row["country_id"] for row in rows if row["x"]] == ["ZAF"]
    rows = zhonglianbu.panel(
        join=[{"state": "560", "when": "2023", "x": True}],
        on={"state": "cow", "when": "year"},
        to="rows",
    )
    assert [(row["country_id"], row["year"]) for row in rows if row["x"]] == [("ZAF", 2023)]
    (party,) = [row for row in PACKAGE["parties"].rows() if row["organization_id"] == ANC]
    known = {"pf_id": int(party["partyfacts_id"]), "year": 2023, "v": 1.5}
    rows = zhonglianbu.panel("party", [known], to="rows")
    assert [row["organization_id"] for row in rows if row["v"]] == [ANC]
    rows = zhonglianbu.panel("party", [{"organization_id": ANC, "year": 2023, "v": 2}], to="rows")
    assert [row["organization_id"] for row in rows if row["v"]] == [ANC]


def test_what_did_not_exist_is_not_joined() -> None:
    """The Soviet Union and Russia share a code; a value of 2023 is Russia's alone."""
    rows = zhonglianbu.panel(join=[{"cow": 365, "year": 2023, "x": 1}], to="rows")
    assert [row["country_id"] for row in rows if row["x"]] == ["RUS"]


@pytest.mark.parametrize("spoilt", ['person_id,"x\n', "a,b\n1\n", "a\n1\n"])
def test_a_file_that_is_no_table_is_one_line(
    spoilt: str, small: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    small.path("people").write_text(spoilt, encoding="utf-8")
    for verb in (["show", "geng-biao"], ["export", "people"], ["export", "heads_on"]):
        assert command.run(["--package", str(small.root), *verb]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith(f"zhonglianbu: {small.path('people')}: ")
        assert said.err.count("\n") == 1
    with pytest.raises(ValueError, match=r"line|column"):
        zhonglianbu.panel(join=small.path("people"))


@pytest.mark.parametrize(
    ("table", "on", "message"),
    [
        ([], None, "has no rows"),
        ([{"land": "ZAF", "year": 2023}], None, "none of the columns country_id, iso3"),
        ([{"iso3": "ZAF", "time": 2023}], None, "none of the columns year"),
        ([{"iso3": "ZAF", "year": 2023}] * 2, None, "two rows for ZAF, 2023"),
        ([{"iso3": "QQQ", "year": 2023}], None, "no row meets one of the panel"),
        ([{"iso3": "ZAF", "year": 2023, "region": 1}], None, "both have the column 'region'"),
        ([{"a": "ZAF", "year": 2023}], {"b": "country_id"}, "has no column 'b': a, year"),
        ([{"a": "ZAF", "year": 2023}], {"a": "land"}, "the panel has no column 'land'"),
    ],
)
def test_what_cannot_be_joined_says_why(
    table: object, on: dict[str, str] | None, message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        zhonglianbu.panel("country", table, on)
    with pytest.raises(ValueError, match="country or party"):
        zhonglianbu.panel("person")  # type: ignore[call-overload]


TYPED = """
from typing import Any
from typing_extensions import assert_type
import pandas, polars, sqlite3
import zhonglianbu
from zhonglianbu.loader import Row
assert_type(zhonglianbu.load("contacts", to="rows"), list[Row])
assert_type(zhonglianbu.load("contacts", to="pandas"), pandas.DataFrame)
assert_type(zhonglianbu.load("contacts", to="polars"), polars.DataFrame)
assert_type(zhonglianbu.connect(), sqlite3.Connection)
assert_type(zhonglianbu.resolve("ild"), str)
assert_type(zhonglianbu.version, str)
zhonglianbu.load("contacts", to="excel")
"""


def test_users_are_told_types(tmp_path: Path) -> None:
    path = tmp_path / "use.py"
    path.write_text(TYPED, encoding="utf-8")
    out, _, status = mypy.api.run(["--strict", "--config-file", str(ROOT / "pyproject.toml"),
                                   str(path)])  # fmt: skip
    errors = [line for line in out.splitlines() if ": error:" in line]
    assert status == 1
    assert len(errors) == 1, out
    assert f"use.py:{len(TYPED.splitlines())}:" in errors[0]
    assert "call-overload" in errors[0]


# the command


def run(*arguments: str) -> int:
    return command.run(list(arguments))


@pytest.mark.parametrize(
    ("query", "id"),
    [
        ("中联部", "ild"),
        ("zhonglianbu", "ild"),
        ("ILD", "ild"),
        ("耿飚", "geng-biao"),
        ("Gěng Biāo", "geng-biao"),
        ("gengbiao", "geng-biao"),
        ("biao geng", "geng-biao"),
        ("São Tomé", "STP"),
        ("sao tome", "STP"),
        ("cote d'ivoire", "CIV"),
        ("CÔTE D’IVOIRE", "CIV"),
        ("科特迪瓦", "CIV"),
        ("african national congress", "zaf-african-national-congress"),
    ],
)
def test_search(query: str, id: str) -> None:
    assert zhonglianbu.search(query)[0].id == id


def test_search_says_where_and_how(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("search", "--table", "people", "--limit", "1", "liu") == 0
    said = capsys.readouterr()
    assert re.fullmatch(r"[a-z-]+\tpeople\t.*\n", said.out)
    assert "more: --limit" in said.err
    assert run("search", "nobody", "is", "called", "so") == 1
    assert run("search", "…") == 2
    assert capsys.readouterr().out == ""


def test_letters_fold() -> None:
    assert (
        lookup.fold("Łódź-Ørsted’s  ĐÀ NẴNG·习近平 Straße") == "lodz orsteds da nang习近平 strasse"
    )


def test_show(capsys: pytest.CaptureFixture[str], small: Small) -> None:
    package = ("--package", str(small.root))
    assert run(*package, "show", "zaf-anc") == 0
    said = capsys.readouterr().out
    for line in (
        "zaf-african-national-congress (Organizations)",
        "  country_id: ZAF (South Africa)",
        "participants by organization_id: 2",
        "  supports: Shinn, David H.; Eisenman, Joshua, China’s Relations with Africa, Columbia",
    ):
        assert f"\n{line}" in f"\n{said}"
    assert run(*package, "show", "geng-biao", "--json") == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["person_id"], row["birth_date_min"]) == ("geng-biao", "1909-08-26")
    assert run(*package, "show", "ct-0x0x0x") == 1
    assert run(*package, "show", "nobody") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 2


def test_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = zhonglianbu.load("country_year", to="rows")
    for form in ("csv", "json", "jsonl"):
        path = tmp_path / f"panel.{form}"
        assert run("export", "country_year", "--format", form, "--output", str(path)) == 0
        text = path.read_text(encoding="utf-8")
        if form == "csv":
            found = list(csv.DictReader(text.splitlines()))
            assert found == [{key: as_text(value) for key, value in row.items()} for row in rows]
        else:
            lines = json.loads(text) if form == "json" else map(json.loads, text.splitlines())
            assert list(lines) == rows
    assert run("export", "package", "--output", str(tmp_path / "copy")) == 0
    assert gate.run(tmp_path / "copy") == gate.run(ROOT)
    capsys.readouterr()
    for arguments in (
        ["package"],
        ["package", "--output", str(tmp_path / "copy")],
        ["contacts", "--output", str(tmp_path / "nowhere" / "contacts.csv")],
        ["contact"],
    ):
        assert run("export", *arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 4
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"copy", "panel.csv", "panel.json", "panel.jsonl"}


def test_validate(small: Small, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("validate", str(small.root)) == 0
    assert "valid: 0 errors" in capsys.readouterr().err
    small.set("events", "ev-1951-04-founding-meeting", country_id="XXX")
    archive = shutil.make_archive(str(tmp_path / "package"), "zip", small.root)
    assert run("validate", archive) == 1
    said = capsys.readouterr()
    assert "data/events.csv:2:" in said.out
    assert "not valid: 1 errors" in said.err
    assert run("validate", str(tmp_path / "nothing")) == 2


def examples() -> list[str]:
    """The command lines that ``--help`` gives, of the command and of each verb."""
    top = command.parser()
    verbs = top._subparsers._group_actions[0].choices  # type: ignore[union-attr]
    epilogs = [one.epilog or "" for one in (top, *verbs.values())]  # type: ignore[union-attr]
    assert all(epilogs)
    return [line.strip() for epilog in epilogs for line in epilog.split(":", 1)[1].split(";")]


@pytest.mark.parametrize("line", examples())
def test_examples_of_the_help_run(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: Small
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.make_archive("zhonglianbu-0.1.0", "zip", small.root)
    tool, *arguments = shlex.split(line)
    assert tool == "zhonglianbu"
    assert command.run(arguments) == 0


def test_a_reader_may_see_enough() -> None:
    line = f"set -o pipefail; {Path(sys.executable).with_name('zhonglianbu')} export citations"
    done = subprocess.run(
        ["bash", "-c", f"{line} | head -1"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout.startswith("citation_id,")
    assert done.stderr == ""


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    expected = f"zhonglianbu {PACKAGE.version}, data as of {PACKAGE.descriptor['as_of']}\n"
    assert capsys.readouterr().out == expected
    assert run() == 2
    assert "example: zhonglianbu search 中联部" in capsys.readouterr().out
