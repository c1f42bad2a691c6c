"""Releases: the versions of the CHANGELOG, their tags in git, and what a new one must satisfy."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from packaging.version import Version

from .archive import opened
from .diff import REFUSED, Change, bump, least_version
from .package import Package, PackageError

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
