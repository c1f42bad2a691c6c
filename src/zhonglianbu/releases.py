"""Releases: the versions of the CHANGELOG, their tags in git, and what a new one must satisfy."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from packaging.version import Version

from .archive import opened
from .diff import REFUSED, Change, as_csv, bump, compare, least_version, summary
from .package import Package, PackageError, write_csv

#: Where a release tells each change since the one before.
CHANGES = "docs/changes.csv"

_HEADING = re.compile(r"^## ([0-9]+\.[0-9]+\.[0-9]+) \((.+)\)$", re.M)


def changelog(text: str) -> list[str]:
    """The versions that a CHANGELOG tells of, as they stand: the newest first."""
    return [match[1] for match in _HEADING.finditer(text)]


def git(root: Path, *arguments: str) -> str:
    """What a git command prints.

    Raises:
        PackageError: git is missing, or it refuses; its own first line says why.
    """
    try:
        result = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise PackageError(f"git cannot be run: {error.strerror}") from None
    if result.returncode:
        reason = result.stderr.strip().splitlines() or [f"exit status {result.returncode}"]
        raise PackageError(f"git {arguments[0]}: {reason[0]}")
    return result.stdout


def tags(root: Path) -> list[str]:
    """Tags of releases (``v0.1.0``) among the ancestors of HEAD, the newest last."""
    names = git(root, "tag", "--list", "--merged", "HEAD").split()
    releases = [name for name in names if re.fullmatch(r"v[0-9]+\.[0-9]+\.[0-9]+", name)]
    return sorted(releases, key=Version)


@contextmanager
def revision(root: Path, name: str) -> Iterator[Path]:
    """The tree of a revision in a folder of its own, gone when the block is left.

    Raises:
        PackageError: there is no such revision, or it holds no package.
    """
    with tempfile.TemporaryDirectory(prefix="zhonglianbu-") as folder:
        archive = Path(folder) / "revision.zip"
        # a name that begins with a hyphen would be an option
        commit = git(root, "rev-parse", "--verify", "--end-of-options", f"{name}^{{commit}}")
        git(root, "archive", "--format=zip", f"--output={archive}", commit.strip())
        with opened(archive) as tree:
            yield tree


def refusals(old: Package, new: Package, changes: list[Change]) -> list[str]:
    """Why ``new`` may not be released after ``old``, a line each; empty if it may."""
    lines = []
    needed = bump(changes)
    least = least_version(old.version, needed)
    if Version(new.version) < Version(least):
        if needed == "none":
            why = f"{old.version} is released"
        else:
            worst = next(change for change in changes if change.level == needed)
            place = " ".join(part for part in (worst.table, worst.id, worst.field) if part)
            why = f"{needed} changes since {old.version}, such as {worst.op} {place}"
        lines.append(
            f"datapackage.json:0:0 version-bump the version is {new.version}, at least {least} is "
            f"needed: {why} (make bump)"
        )
    for change in changes:
        if change.op in REFUSED:
            successor = f", its row has {change.new}" if change.new else ""
            lines.append(
                f"data/ids.csv:0:0 {change.op} {change.id} was released and is gone{successor} "
                "(scripts/ids.py merge or withdraw)"
            )
    fresh = {change.id for change in changes if change.op == "id-added"}
    early = [
        row["id"]
        for row in new["ids"].rows()
        if row["id"] in fresh and row["since_version"] != new.version
    ]
    if early:
        lines.append(
            f"data/ids.csv:0:0 since-version {len(early):,} new ids, such as {early[0]}, do not "
            f"have since_version {new.version} (make bump)"
        )
    return lines


def changelog_refusals(package: Package) -> list[str]:
    """What is wrong with the CHANGELOG beside the package's descriptor, a line each."""
    place = "CHANGELOG.md:0:0 changelog"
    path = package.root / "CHANGELOG.md"
    try:
        versions = changelog(path.read_text(encoding="utf-8"))
    except OSError as error:
        return [f"{place} cannot be read: {error.strerror}"]
    if package.version not in versions:
        return [f"{place} has no heading «## {package.version} (date)» (make bump, and tell users)"]
    if versions[0] != package.version:
        return [f"{place} begins with {versions[0]}, the version is {package.version}"]
    if versions != sorted(set(versions), key=Version, reverse=True):
        return [f"{place} does not have each version once, the newest first"]
    return []


def raised(root: Path, version: str, as_of: str, changes: list[Change]) -> dict[Path, str]:
    """Every file in which a person writes the version, with the text it must have for ``version``.

    Besides the papers these are the ids that no release had, which are new with it, and the table
    of changes. The CHANGELOG gains a heading, with the changes in short for a person to write out.

    Raises:
        PackageError: a file does not name a version where it should.
    """
    package = Package(root)
    texts = {
        root / name: _replaced(root / name, patterns)
        for name, patterns in {
            "datapackage.json": {
                r'(?m)^  "version": "[^"]*"': f'  "version": "{version}"',
                r'(?m)^  "as_of": "[^"]*"': f'  "as_of": "{as_of}"',
            },
            "pyproject.toml": {r'(?m)^version = "[^"]*"': f'version = "{version}"'},
            "README.md": {
                r"version [0-9.]+[0-9], [0-9]{4}": f"version {version}, {as_of[:4]}",
            },
        }.items()
    }
    path = root / "CHANGELOG.md"
    text = path.read_text(encoding="utf-8")
    heading = f"## {version} ({as_of})"
    if version in changelog(text):
        text = re.sub(rf"(?m)^## {re.escape(version)} \(.*\)$", heading, text)
    else:
        told = "\n".join(f"- {line}" for line in summary(changes))
        before, mark, rest = text.partition("\n## ")
        text = f"{before}\n{heading}\n\n{told}\n{mark}{rest}"
    texts[path] = text
    fresh = {change.id for change in changes if change.op == "id-added"}
    ids = package["ids"]
    rows = [row | ({"since_version": version} if row["id"] in fresh else {}) for row in ids.rows()]
    texts[ids.path] = write_csv(ids.field_names, [list(row.values()) for row in rows])
    texts[root / CHANGES] = as_csv(changes)
    return texts


def _replaced(path: Path, patterns: dict[str, str]) -> str:
    text = path.read_text(encoding="utf-8")
    for pattern, new in patterns.items():
        text, number = re.subn(pattern, new, text)
        if number != 1:
            raise PackageError(f"{path}: {number} places look like {new!r}, one was expected")
    return text


def built_sums(tree: Path, output: Path, surroundings: dict[str, str]) -> dict[str, str]:
    """Build the release of a tree by its own scripts; return the SHA-256 of each of its files.

    Raises:
        PackageError: the tree does not build; its last line says why.
    """
    result = subprocess.run(
        [sys.executable, tree / "scripts" / "build.py", "--output", output],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(tree / "src"), **surroundings},
        check=False,
    )
    if result.returncode:
        lines = (result.stdout + result.stderr).strip().splitlines()
        raise PackageError(f"does not build: {lines[-1] if lines else 'no reason given'}")
    return {
        path.relative_to(output).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(output.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def reproduce(root: Path, version: str, previous: str | None) -> list[str]:
    """What is wrong with the tag of a version, a line each.

    Its tree must be of that version, tell the changes since ``previous``, a tag, and build the same
    bytes twice, in two folders, time zones and locales. It is built by its own code with the
    libraries of this environment.

    Raises:
        PackageError: git refuses.
    """
    with tempfile.TemporaryDirectory(prefix="zhonglianbu-") as name, ExitStack() as stack:
        tree = stack.enter_context(revision(root, f"v{version}"))
        package = Package(tree)
        wrong = changelog_refusals(package)
        if package.version != version:
            wrong.append(f"datapackage.json:0:0 version is {package.version}")
        if previous and (tree / CHANGES).exists():
            old = Package(stack.enter_context(revision(root, previous)))
            if as_csv(compare(old, package)) != (tree / CHANGES).read_text(encoding="utf-8"):
                wrong.append(f"{CHANGES}:0:0 changes are not those since {previous}")
        sums = []
        for number, surroundings in enumerate(
            [
                {"TZ": "Asia/Shanghai", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
                {"TZ": "America/New_York", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"},
            ]
        ):
            try:
                sums.append(built_sums(tree, Path(name) / f"folder {number}", surroundings))
            except PackageError as error:
                return [*wrong, str(error)]
        differing = sorted(set(sums[0].items()) ^ set(sums[1].items()))
        if differing:
            wrong.append(f"{differing[0][0]}:0:0 bytes are others when it is built again")
        if not any(path == f"zhonglianbu-{version}/SHA256SUMS" for path in sums[0]):
            wrong.append(f"no folder zhonglianbu-{version} was built")
    return wrong
