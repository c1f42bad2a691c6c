"""What a pull request and an issue form do is checked offline: safe, well-formed, and it works."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import ROOT
from test_docs import bash, older_than_the_environment, tree

__all__ = ["tree"]
BIN = ROOT / ".venv" / "bin"
GITHUB = ROOT / ".github"
WORKFLOW = GITHUB / "workflows" / "check.yml"


def run(*command: str | Path, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def zizmor(folder: Path) -> list[str]:
    """The names of what zizmor finds, in its strictest mode but one, without the network."""
    done = run(BIN / "zizmor", "--offline", "--persona=pedantic", "--format=json", folder)
    assert done.returncode in (0, *range(10, 15)), done.stderr
    return sorted(one["ident"] for one in json.loads(done.stdout))


def test_workflows_are_safe() -> None:
    assert zizmor(GITHUB) == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (r"actions/checkout@[0-9a-f]{40} # \S+", "actions/checkout@v4", "unpinned-uses"),
        (r"\n +persist-credentials: false", "", "artipacked"),
        (r"(?m)^permissions: \{\}$", "permissions: write-all", "excessive-permissions"),
        ("pull_request:", "pull_request_target:", "dangerous-triggers"),
        (r"\"\$NUMBER\"", "${{ github.event.pull_request.title }}", "template-injection"),
    ],
)
def test_zizmor_bites(old: str, new: str, found: str, tmp_path: Path) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    text, changes = re.subn(old, new, WORKFLOW.read_text(encoding="utf-8"), count=1)
    assert changes
    (folder / "check.yml").write_text(text, encoding="utf-8")
    assert found in zizmor(tmp_path)


def test_every_action_is_pinned_by_a_full_hash() -> None:
    for path in GITHUB.rglob("*.yml"):
        for used in re.findall(r"uses: *(\S+)", path.read_text(encoding="utf-8")):
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", used), used


SCHEMAS = {
    "github-workflows": [WORKFLOW],
    "github-issue-config": [GITHUB / "ISSUE_TEMPLATE" / "config.yml"],
    "github-issue-forms": [
        GITHUB / "ISSUE_TEMPLATE" / "error.yml", GITHUB / "ISSUE_TEMPLATE" / "contact.yml"
    ],
}  # fmt: skip


@pytest.mark.parametrize("schema", SCHEMAS)
def test_files_are_what_their_schema_asks_for(schema: str, tmp_path: Path) -> None:
    check = (BIN / "check-jsonschema", "--builtin-schema", f"vendor.{schema}")
    done = run(*check, *SCHEMAS[schema])
    assert done.returncode == 0, done.stdout
    broken = tmp_path / "broken.yml"
    text = SCHEMAS[schema][0].read_text(encoding="utf-8")
    broken.write_text(f"{text}\nunknown_key: 1\n", encoding="utf-8")
    assert run(*check, broken).returncode == 1


def test_every_form_is_checked() -> None:
    forms = {path for paths in SCHEMAS.values() for path in paths}
    assert forms == set(GITHUB.rglob("*.yml"))


def steps(job: str) -> dict[str, str]:
    """The scripts of a job by the names of its steps."""
    workflow: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    return {step["name"]: step["run"] for step in workflow["jobs"][job]["steps"] if "run" in step}


@pytest.fixture
def changed(tree: Path, tmp_path: Path) -> Path:
    """The tree with one more note in a contact, which is a patch."""
    root = tmp_path / "tree"
    shutil.copytree(tree, root, symlinks=True)
    bash("git checkout -q -- .", root)
    older_than_the_environment(root)
    path = root / "data" / "contacts.csv"
    lines = path.read_text(encoding="utf-8").split("\n")
    row = next(i for i, line in enumerate(lines) if i and line.endswith(",true,"))
    lines[row] += "A note more"
    path.write_text("\n".join(lines), encoding="utf-8")
    return root


def test_a_pull_request_is_told_what_it_changes(changed: Path, tmp_path: Path) -> None:
    summary, output = tmp_path / "summary", tmp_path / "output"
    told = {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(output)}
    done = bash(steps("data")["difference"], changed, **told)
    assert done.returncode == 0, done.stderr
    text = summary.read_text(encoding="utf-8")
    assert "contacts: 1 cell changed (note 1)" in text
    assert "least bump: patch; the next version is at least" in text
    # the output is what GitHub reads: name<<mark, the text, the mark
    first, *rest = output.read_text(encoding="utf-8").splitlines()
    name, mark = first.split("<<")
    assert (name, rest[-1]) == ("text", mark)
    assert "\n".join(rest[:-1]) == text.rstrip("\n")
    assert mark not in text


def test_the_comment_is_that_text(changed: Path, tmp_path: Path) -> None:
    """With a stand-in for gh, which writes down how it was called."""
    (tmp_path / "bin").mkdir()
    gh = tmp_path / "bin" / "gh"
    gh.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > called\n', encoding="utf-8")
    gh.chmod(0o755)
    told = {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", "NUMBER": "7", "REPOSITORY": "a/b"}
    done = bash(steps("comment")["comment"], changed, DIFFERENCE="$(false) `x`\nminor", **told)
    assert done.returncode == 0, done.stderr
    called = (changed / "called").read_text(encoding="utf-8").split()
    assert called[:5] == ["pr", "comment", "7", "--repo", "a/b"]
    assert (changed / "difference.md").read_text(encoding="utf-8") == "$(false) `x`\nminor\n"


def test_mistakes_are_shown_at_their_lines(changed: Path) -> None:
    assert bash(steps("data")["gate"], changed).returncode == 0
    path = changed / "data" / "contacts.csv"
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[4] = lines[4].replace(",true,", ",perhaps,")
    path.write_text("\n".join(lines), encoding="utf-8")
    done = bash(steps("data")["gate"], changed)
    assert done.returncode == 1
    assert "::error file=data/contacts.csv,line=5,col=" in done.stdout


def test_form_and_pages_are_checked(changed: Path) -> None:
    script = steps("data")["form and generated pages"]
    assert bash(script, changed).returncode == 0
    path = changed / "data" / "contacts.csv"
    first, second, rest = path.read_text(encoding="utf-8").split("\n", 2)
    path.write_text(f"{first}\n{rest}{second}\n", encoding="utf-8")
    done = bash(script, changed)
    assert done.returncode == 1
    assert "would change data/contacts.csv" in done.stdout


def test_pre_commit_runs_the_ritual(changed: Path) -> None:
    hooks = f"git add -A; PRE_COMMIT_HOME={changed}/.git/hooks-home .venv/bin/pre-commit run -a"
    done = bash(hooks, changed)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Passed") == 3
    path = changed / "data" / "contacts.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",true,A note more", ",perhaps,", 1), encoding="utf-8")
    done = bash(hooks, changed)
    assert done.returncode == 1
    assert "data/contacts.csv:" in done.stdout
