"""From one release to the next: the version is raised everywhere, tagged, and builds again."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import build
import bump
import diff
import docs
import release
import reproduce
import wheel
from conftest import ROOT, Small
from test_diff import run_git
from test_gate_cases import add_row, all_of, an_id, cited
from zhonglianbu import gate, releases
from zhonglianbu.package import Package

NEW_PERSON = all_of(
    add_row("people", person_id="zhuang-san", name_en="Zhuang San"),
    lambda small: small.write(
        "people", sorted(small.rows("people"), key=lambda row: row["person_id"])
    ),
    an_id("zhuang-san", "person"),
    cited("zhuang-san"),
)
#: A build that is over at once; what it writes depends on its surroundings if EXTRA says so.
QUICK_BUILD = """
import json, os, sys
from pathlib import Path
version = json.loads(Path(__file__).parents[1].joinpath("datapackage.json").read_text())["version"]
folder = Path(sys.argv[2]) / f"zhonglianbu-{version}"
folder.mkdir(parents=True)
(folder / "SHA256SUMS").write_text("sums" + EXTRA)
"""


@pytest.fixture
def repository(small: Small, monkeypatch: pytest.MonkeyPatch) -> Small:
    """The small package with the papers of the tree, as a repository with the tag v0.1.0."""
    small.add_papers()
    for name in ("CITATION.cff", "pyproject.toml", "setup.py"):
        shutil.copyfile(ROOT / name, small.root / name)
    (small.root / "src" / "zhonglianbu").mkdir(parents=True)
    (small.root / "src" / "zhonglianbu" / "__init__.py").touch()
    (small.root / "docs" / "changes.csv").unlink(missing_ok=True)
    (small.root / "CHANGELOG.md").write_text(
        "# Changelog\n\nFor users.\n\n## 0.1.0 (2026-11-25)\n\nFirst.\n", encoding="utf-8"
    )
    (small.root / ".gitignore").write_text("dist/\n", encoding="utf-8")
    quick(small, '""')
    run_git(small.root, "init", "-q")
    for key, value in (("user.name", "T"), ("user.email", "t@example.org")):
        run_git(small.root, "config", key, value)
    commit(small, "First")
    run_git(small.root, "tag", "v0.1.0")
    for module in (build, bump, diff, docs, release, reproduce, wheel):
        monkeypatch.setattr(module, "ROOT", small.root)
    return small


def quick(small: Small, extra: str) -> None:
    (small.root / "scripts").mkdir(exist_ok=True)
    text = QUICK_BUILD.replace("EXTRA", extra)
    (small.root / "scripts" / "build.py").write_text(text, encoding="utf-8")


def commit(small: Small, message: str) -> None:
    run_git(small.root, "add", "-A")
    run_git(small.root, "commit", "-qm", message)


def texts(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".git" not in path.parts
    }


def test_bump_raises_the_version_everywhere(
    repository: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    NEW_PERSON(repository)
    assert diff.main(["--check"]) == 1
    assert bump.main(["--as-of", "2027-01-31"]) == 0
    assert "v0.1.0 -> 0.2.0 (minor)" in capsys.readouterr().out
    root = repository.root
    for name, line in {
        "datapackage.json": '  "version": "0.2.0",\n  "as_of": "2027-01-31",\n',
        "pyproject.toml": '\nversion = "0.2.0"\n',
        "CITATION.cff": "\nversion: 0.2.0\n",
        "README.md": "\nVersion 0.2.0, data as of 2027-01-31",
        "CHANGELOG.md": "For users.\n\n## 0.2.0 (2027-01-31)\n\n- citations: 1 row added\n",
    }.items():
        assert line in (root / name).read_text(encoding="utf-8"), name
    readme = (root / "README.md").read_text(encoding="utf-8")
    assert "version 0.2.0, 2027" in readme
    since = {row["id"]: row["since_version"] for row in repository.rows("ids")}
    assert since.pop("zhuang-san") == since.pop("ci-9zhuangsan") == "0.2.0"
    assert set(since.values()) == {"0.1.0"}
    with (root / "docs" / "changes.csv").open(encoding="utf-8", newline="") as file:
        changes = [(row["op"], row["id"]) for row in csv.DictReader(file)]
    assert ("row-added", "zhuang-san") in changes
    assert gate.run(root) == []
    assert diff.main(["--check"]) == 0
    assert docs.main(["--check"]) == 0

    before = texts(root)
    assert bump.main([]) == 0
    assert texts(root) == before


def test_bump_keeps_what_was_written_for_users(repository: Small) -> None:
    repository.set("people", "song-tao", birth_date="1955")
    assert bump.main([]) == 0
    path = repository.root / "CHANGELOG.md"
    text = path.read_text(encoding="utf-8")
    assert "## 0.1.1 (2026-11-25)" in text
    path.write_text(text.replace("- people: ", "A birthday: "), encoding="utf-8")
    repository.set("people", "geng-biao", birth_date="1909")
    assert bump.main(["--as-of", "2026-12-01"]) == 0
    text = path.read_text(encoding="utf-8")
    assert text.count("## 0.1.1 (2026-12-01)\n\nA birthday: ") == 1
    assert text.count("## 0.1.1") == 1
    # a further change that asks for more leaves no heading of a version that never was: a person
    # decides what becomes of it
    NEW_PERSON(repository)
    assert bump.main([]) == 0
    assert Package(repository.root).version == "0.2.0"


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["0.1.1"], 1, "0.1.1 is too low, minor changes ask for 0.2.0"),
        (["2"], 2, "'2' is no version"),
        (["--as-of", "today"], 2, "'today' is no day"),
    ],
)
def test_bump_refuses(
    arguments: list[str],
    status: int,
    message: str,
    repository: Small,
    capsys: pytest.CaptureFixture[str],
) -> None:
    NEW_PERSON(repository)
    before = texts(repository.root)
    assert bump.main(arguments) == status
    assert message in capsys.readouterr().err
    assert texts(repository.root) == before


def test_bump_without_changes_or_tags(
    repository: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    before = texts(repository.root)
    assert bump.main([]) == 0
    assert "nothing has changed since v0.1.0" in capsys.readouterr().out
    run_git(repository.root, "tag", "-d", "v0.1.0")
    assert bump.main([]) == 2
    assert "no tag of a release" in capsys.readouterr().err
    assert texts(repository.root) == before


def test_release_builds_and_then_tags(
    repository: Small, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    output = ["--output", str(tmp_path / "dist")]
    assert release.main(output) == 2
    assert "v0.1.0 is tagged already" in capsys.readouterr().err
    NEW_PERSON(repository)
    assert release.main(output) == 2
    assert "commit first" in capsys.readouterr().err
    commit(repository, "More")
    assert release.main(output) == 2  # the version is still that of the tag
    repository.replace("people", "Zhuang San", "Zhuang San ")
    assert bump.main([]) == 0
    commit(repository, "Release, with a space too many")
    assert release.main(output) == 1
    assert releases.tags(repository.root) == ["v0.1.0"]
    repository.replace("people", "Zhuang San ", "Zhuang San")
    commit(repository, "Release 0.2.0")
    capsys.readouterr()
    assert release.main(output) == 0
    assert "v0.2.0 is tagged" in capsys.readouterr().out
    assert releases.tags(repository.root) == ["v0.1.0", "v0.2.0"]
    assert (tmp_path / "dist" / "zhonglianbu-0.2.0" / "SHA256SUMS").is_file()
    assert (tmp_path / "dist" / "zhonglianbu-0.2.0-py3-none-any.whl").is_file()
    assert reproduce.main([]) == 0
    assert capsys.readouterr().out == (
        "0.2.0: builds the same bytes twice\n0.1.0: builds the same bytes twice\n"
    )


def second(small: Small) -> None:
    NEW_PERSON(small)
    bump.main([])


def spoilt_changes(small: Small) -> None:
    second(small)
    path = small.root / "docs" / "changes.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("zhuang-san", "zhuang-si"), encoding="utf-8"
    )


@pytest.mark.parametrize(
    ("spoil", "tag", "lines"),
    [
        (second, "v0.2.0", ["0.2.0: builds the same bytes twice"]),
        (second, None, ["0.2.0: not tagged yet"]),
        (second, "v0.3.0", ["0.2.0: not tagged yet", "v0.3.0: is tagged but not in CHANGELOG.md"]),
        (
            lambda small: (second(small), quick(small, "os.environ['TZ']")),
            "v0.2.0",
            ["0.2.0: zhonglianbu-0.2.0/SHA256SUMS:0:0 bytes are others when it is built again"],
        ),
        (
            lambda small: (second(small), quick(small, "str(folder)")),
            "v0.2.0",
            ["0.2.0: zhonglianbu-0.2.0/SHA256SUMS:0:0 bytes are others when it is built again"],
        ),
        (
            lambda small: (second(small), quick(small, "1")),
            "v0.2.0",
            ['0.2.0: does not build: TypeError: can only concatenate str (not "int") to str'],
        ),
        (
            spoilt_changes,
            "v0.2.0",
            ["0.2.0: docs/changes.csv:0:0 changes are not those since v0.1.0"],
        ),
    ],
    ids=["good", "not yet", "unknown tag", "time zone", "folder", "broken", "changes"],
)
def test_reproduce(
    spoil: Callable[[Small], object],
    tag: str | None,
    lines: list[str],
    repository: Small,
    capsys: pytest.CaptureFixture[str],
) -> None:
    spoil(repository)
    commit(repository, "Second")
    if tag:
        run_git(repository.root, "tag", tag)
    capsys.readouterr()
    good = all(line.endswith(("twice", "yet")) for line in lines)
    assert reproduce.main([]) == (0 if good else 1)
    said = capsys.readouterr().out.splitlines()
    assert said == [lines[0], "0.1.0: builds the same bytes twice", *lines[1:]]
    if tag == "v0.2.0":
        assert reproduce.main(["--last"]) == (0 if good else 1)
        assert capsys.readouterr().out.splitlines() == lines


def test_reproduce_misses_a_tag_and_a_wrong_version(
    repository: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    second(repository)
    commit(repository, "Second")
    run_git(repository.root, "tag", "v0.2.0", "v0.1.0")
    assert reproduce.main([]) == 1
    assert "0.2.0: CHANGELOG.md" not in capsys.readouterr().out
    run_git(repository.root, "tag", "-d", "v0.1.0")
    assert reproduce.main(["0.1.0", "0.2.0"]) == 1
    said = capsys.readouterr().out
    assert "0.1.0: there is no tag v0.1.0\n" in said
    assert "datapackage.json:0:0 version is 0.1.0" in said
    run_git(repository.root, "tag", "-d", "v0.2.0")
    assert reproduce.main([]) == 0
    assert "skipped: this clone has no tag" in capsys.readouterr().out


def test_a_clone_older_than_the_last_release_builds_what_it_has(
    repository: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (repository.root / "CHANGELOG.md").read_text(encoding="utf-8")
    later = text.replace("## 0.1.0", "## 0.3.0 (2026-12-02)\n\n## 0.2.0 (2026-12-01)\n\n## 0.1.0")
    (repository.root / "CHANGELOG.md").write_text(later, encoding="utf-8")
    assert reproduce.main(["--last"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "0.3.0: there is no tag v0.3.0",
        "0.2.0: there is no tag v0.2.0",
        "0.1.0: builds the same bytes twice",
    ]
    assert reproduce.main([]) == 1


def test_the_last_release_of_this_tree_builds_again(capsys: pytest.CaptureFixture[str]) -> None:
    status = reproduce.main(["--last"])
    assert status == 0, capsys.readouterr().out
