"""The pages keep their promises: commands run, figures are computed, links lead somewhere."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pytest

import docs
from conftest import ROOT
from zhonglianbu import diagram, figures
from zhonglianbu.package import Package
from zhonglianbu.releases import changelog

#: Pages written by hand, and the generated ones.
PAGES = [*docs.pages(ROOT), ROOT / "docs" / "codebook.md", ROOT / "docs" / "coverage.md"]
FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(language: str) -> Iterator[tuple[str, str]]:
    """Each block of code of a language, with its page."""
    for page in PAGES:
        for found, code in FENCE.findall(page.read_text(encoding="utf-8")):
            if found == language:
                yield name(page), code


def test_every_language_is_run_by_a_test() -> None:
    """No page but the recipes, which have a test of their own, has code that nothing runs."""
    languages = {
        (name(page), language)
        for page in PAGES
        for language, _ in FENCE.findall(page.read_text(encoding="utf-8"))
    }
    by_others = {
        ("README.md", "python"), ("README.md", "r"), ("README.md", "js"), # tests/test_readme.py
        ("docs/formats.md", "python"), # tests/test_formats.py
    }  # fmt: skip
    left = {(page, language) for page, language in languages if language not in ("sql", "sh")}
    assert {one for one in left if one[1] != "mermaid"} == by_others


@pytest.mark.parametrize(("page", "sql"), list(blocks("sql")))
def test_sql_runs(page: str, sql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    rows = duckdb.sql(sql).fetchall()
    assert rows
    assert any(any(row) for row in rows)


def test_a_join_repeats_no_participant_and_loses_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """The codebook's join has a row for each foreign participant and page, no more and no fewer."""
    monkeypatch.chdir(ROOT)
    (join,) = [sql for page, sql in blocks("sql") if page == "docs/codebook.md"]
    expected = duckdb.sql("""
        SELECT count(*) FROM 'data/participants.csv' AS p, 'data/citations.csv' AS t
        WHERE p.side = 'foreign' AND t.subject_id = p.contact_id AND t.field IS NULL
            AND p.contact_id IN (SELECT contact_id FROM 'data/contacts.csv' WHERE in_statistics)
    """).fetchone()
    assert (len(duckdb.sql(join).fetchall()),) == expected


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree, to run commands in."""
    root = tmp_path_factory.mktemp("tree")
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for path in listed.stdout.splitlines():
        if (ROOT / path).is_file():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, root / path)
    (root / ".venv").symlink_to(ROOT / ".venv")
    older_than_the_environment(root)
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org"]
    last = changelog((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))[1]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"], ["tag", f"v{last}"]):
        subprocess.run([*git, *command], cwd=root, check=True, capture_output=True)
        (root / ".git" / "info").mkdir(exist_ok=True)
        (root / ".git" / "info" / "exclude").write_text(".venv\n", encoding="utf-8")
    return root


def older_than_the_environment(root: Path) -> None:
    """Let make see that the environment need not be set up again."""
    for path in ("requirements.lock", "pyproject.toml"):
        os.utime(root / path, (0, 0))


def bash(script: str, root: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=root, env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


#: Commands that other tests run, by what they begin with, and those tests.
ELSEWHERE = {
    "make        #": "test_release.py",
    "frictionless validate": "test_validate.py",
    ".venv/bin/python scripts/fetch.py": "test_fetch.py",
    "make bump": "test_releases.py",
}
#: What commands say whose status is not 0: why they are shown, is that they refuse.
REFUSED = {
    ".venv/bin/python scripts/add.py contact\n": "a terminal to ask on",
    ".venv/bin/python scripts/add.py contact --check": "it may be the encounter ct-22cm4z",
}


@pytest.mark.parametrize(
    ("page", "script"),
    [(page, code) for page, code in blocks("sh") if not code.startswith(tuple(ELSEWHERE))],
)
def test_shell_commands_run(page: str, script: str, tree: Path) -> None:
    done = bash(script, tree)
    refused = [text for start, text in REFUSED.items() if script.startswith(start)]
    assert done.returncode == (1 if refused else 0), done.stdout + done.stderr
    assert all(text in done.stderr for text in refused)
    # a page's commands are examples: they leave the data as it was
    changed = bash("git status --porcelain data", tree)
    assert changed.stdout == ""


def test_commands_run_elsewhere_are_there() -> None:
    scripts = [code for _, code in blocks("sh")]
    for start, test in ELSEWHERE.items():
        assert any(code.startswith(start) for code in scripts), start
        assert (ROOT / "tests" / test).is_file()
    for start in REFUSED:
        assert any(code.startswith(start) for code in scripts), start


def prose(page: Path) -> str:
    """What a page says in words: no blocks of code, no figures and examples that are computed."""
    text = page.read_text(encoding="utf-8")
    text = re.sub(r"<!-- result -->.*?<!-- end of result -->", "", text, flags=re.DOTALL)
    text = re.sub(r"<!-- = .*?<!-- \. -->", "", text, flags=re.DOTALL)
    text = re.sub(f"{docs.BEGIN}.*?{docs.END}", "", text, flags=re.DOTALL)
    return FENCE.sub("", text)


def in_code(page: Path) -> list[str]:
    return [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", prose(page))]


COMMANDS = sorted(
    {
        (name(page), code)
        for page in PAGES
        for code in in_code(page)
        if re.match(r"(\.venv/bin/\S+|scripts/\w+\.py|make( |$))", code)
    }
)


@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_commands_in_the_text_are_there(page: str, command: str, tree: Path) -> None:
    """What a sentence names is a target of make, or a script that has the verb and the options."""
    words = command.split()
    if words[0] == "make":
        targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
        assert set(re.split(r" && make |\s+", command.removeprefix("make").strip())) - {""} <= set(
            targets
        )
        return
    if words[0].startswith(".venv/") and not words[-1].startswith("scripts/"):
        assert (ROOT / words[0]).exists()
        words = words[1:]
    script = next((word for word in words if word.startswith("scripts/")), None)
    if script is None:
        return  # another program of the environment
    assert (ROOT / script).is_file()
    rest = words[words.index(script) + 1 :]
    verbs = [word for word in rest[:1] if re.fullmatch("[a-z]+", word)]
    shown = bash(" ".join([".venv/bin/python", script, *verbs, "--help"]), tree)
    assert shown.returncode == 0, shown.stderr
    for word in rest:
        if word.startswith("--"):
            assert word.partition("=")[0] in shown.stdout


#: Numbers that no data can change: years and days, versions, names of standards, list numbers.
CONSTANT = re.compile(
    r"\b(1[89]|20)\d\d(-\d\d){0,2}\b|\d+\.\d+\.\d+|v?\bX\.Y\.Z\b|^\d+\. |\(rules? [\d, and]+\)"
    r"|ISO 3166|ISO 8601-2|EDTF|SHA-256|UTF-8|Python 3\.11\+|CC BY 4\.0|Croissant 1\.0|DCAT 3"
    r"|Stata 14|SHA256SUMS|\b1950s\b",
    re.MULTILINE,
)
#: Sections and pages that report what was once counted or measured, by hand or by scripts/bench.py.
MEASURED = ("## Sampling frame", "## Second coding")


def measured_apart(text: str) -> str:
    parts = re.split(r"(?m)^(?=## )", text)
    return "".join(part for part in parts if not part.startswith(MEASURED))


@pytest.mark.parametrize(
    "page", [page for page in docs.pages(ROOT) if page.name != "performance.md"], ids=name
)
def test_every_number_is_computed(page: Path) -> None:
    text = re.sub(r"`[^`]*`|\]\([^)]*\)", "", measured_apart(prose(page)))
    text = CONSTANT.sub("", text)
    found = re.findall(r".{0,30}\b\d[\d,.]*.{0,20}", text)
    assert found == []


def test_the_check_of_numbers_bites(tmp_path: Path) -> None:
    assert re.search(r"\d", CONSTANT.sub("", "1,501 contacts"))
    assert re.search(r"\d", CONSTANT.sub("", "in 40 languages"))
    assert not re.search(r"\d", CONSTANT.sub("", "from 2022-04-26 on, ISO 3166"))


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target or target.startswith("../../issues/"):
            continue
        path, _, anchor = target.partition("#")
        end = (page.parent / path) if path else page
        assert end.exists(), target
        if anchor and end.suffix == ".md":
            assert anchor in anchors(end), target


def test_every_page_is_reached_from_the_readme() -> None:
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or not page.is_file() or page.suffix != ".md":
            continue
        seen.add(page)
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                waiting.append((page.parent / target).resolve())
    assert {page for page in PAGES if page not in seen} == set()


@pytest.fixture
def database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE t AS SELECT * FROM (VALUES (1501, 'a|b'), (2, NULL)) AS v(n, x)"
    )
    return connection


def test_figures_and_examples_are_computed(database: duckdb.DuckDBPyConnection) -> None:
    page = (
        "There are <!-- = SELECT max(n) FROM t -->old<!-- . --> rows.\n\n```sql\nSELECT n, x\n"
        "FROM t ORDER BY n;\n```\n\n<!-- result -->\nold\n<!-- end of result -->\n\n"
        "```sql\nSELECT 1;\n```\n"
    )
    new = figures.refreshed(page, database)
    assert "There are <!-- = SELECT max(n) FROM t -->1,501<!-- . --> rows." in new
    assert "| n | x |\n| ---: | --- |\n| 2 |  |\n| 1,501 | a\\|b |\n\n<!-- end" in new
    assert new.endswith("```sql\nSELECT 1;\n```\n")
    assert figures.refreshed(new, database) == new


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT n FROM t", "gives no single value"),
        ("SELECT n, x FROM t LIMIT 1", "gives no single value"),
        ("SELECT y FROM t", "SELECT y FROM t …: Binder Error"),
        ("SELECT 1 -->1<!-- . -->\n<!-- = SELECT 2", "'SELECT 2' begins a line"),
    ],
)
def test_a_figure_that_cannot_be_computed_is_one_line(
    sql: str, message: str, database: duckdb.DuckDBPyConnection
) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$") as error:
        figures.refreshed(f"A <!-- = {sql} -->1<!-- . -->", database)
    assert message in str(error.value)


def test_a_figure_that_is_out_of_date_fails_the_check(tree: Path, tmp_path: Path) -> None:
    root = tmp_path / "tree"
    shutil.copytree(tree, root, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    page = root / "docs" / "ids.md"
    text = page.read_text(encoding="utf-8")
    page.write_text(re.sub(r"\| contact \| [\d,]+", "| contact | 7", text), encoding="utf-8")
    done = bash(".venv/bin/python scripts/docs.py --check", root)
    assert (done.returncode, done.stdout) == (1, "would change docs/ids.md\n")


def test_codebook_tells_keys_rules_and_codes() -> None:
    """By another road than its own code: from the files of schemas and rules."""
    book = (ROOT / "docs" / "codebook.md").read_text(encoding="utf-8")
    for path in (ROOT / "schemas" / "tables").glob("*.json"):
        schema = json.loads(path.read_text(encoding="utf-8"))
        section = re.search(rf"(?ms)^## {path.stem}\n(.*?)^## ", book)
        assert section
        for field in schema["fields"]:
            (line,) = re.findall(rf"(?m)^\| `{field['name']}` \|.*$", section[1])
            required = field.get("constraints", {}).get("required", False)
            assert (", required" in line) == required, field["name"]
            assert ("| never |" in line) == ("blank" not in field)
        for key in schema.get("foreignKeys", []):
            target = key["reference"]["resource"] or path.stem
            drawn = re.search(rf"(?m)^    {target} \S+ {path.stem} : {key['fields']}$", book)
            assert bool(drawn) == (target != "ids")
    for rule in (ROOT / "rules").glob("*.sql"):
        # once in the list of rules, and once where it applies
        assert book.count(f"`{rule.stem}`") > 1, rule.stem


def test_the_drawing_has_every_table_and_key_and_nothing_covers_another() -> None:
    package = Package(ROOT)
    root = ElementTree.fromstring(diagram.svg(package))
    texts = [one.text for one in root.iter("text")]
    keys = [
        (table.name, fields[0], to)
        for table in package.tables
        for fields, to, _ in table.foreign_keys
        if to != "ids"
    ]
    wanted = [table.name for table in package.tables]
    assert sorted(map(str, texts)) == sorted(wanted + [f"{field} → {to}" for _, field, to in keys])
    assert sorted(one.text or "" for one in root.iter("title")) == sorted(
        f"{name}.{field} to {to}" for name, field, to in keys if name != to
    )
    boxes = [
        tuple(int(one.attrib[name]) for name in ("x", "y", "width", "height"))
        for one in root.iter("rect")
    ]
    for (x, y, width, height), (u, v, _, _) in permutations(boxes, 2):
        assert u >= x + width or v > y + height or u < x or v < y


def test_the_html_codebook_shows_the_drawing(built: Path) -> None:
    html = (built / "docs" / "codebook.html").read_text(encoding="utf-8")
    assert diagram.svg(Package(built)) in html
    assert "erDiagram" not in html
