"""The static site of a release: complete pages without scripts, and one small script on top.

It is built from a release as ``scripts/build.py`` makes it. The same release gives the same bytes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from ..package import Package, PackageError
from ..release.base import opened
from . import data, pages, text
from .facts import Facts
from .render import Renderer

__all__ = ["build"]

Progress = Callable[[str], None]
ASSETS = pages.ASSETS


def build(
    folder: Path, target: Path, progress: Progress, *, base_url: str = "", report: str = ""
) -> dict[str, int]:
    """Write the site of the release in ``folder`` into the new folder ``target``.

    Args:
        base_url: where the site will stand, ending in a slash; blank leaves out what needs it.
        report: address of an issue tracker's form, or ``mailto:``, for reports of errors.
        progress: told of each step in a few words, before it is taken.

    Returns:
        The number of pages of each type.

    Raises:
        PackageError: the folder is no release, or the site's own files lack something.
        OSError: a file cannot be written.
    """
    files = listed(folder)
    target.mkdir(parents=True)
    progress("reading the release")
    with opened(Package(folder), target) as release:
        facts = Facts(release)
        words = text.Words(ASSETS / "zh.json")
        render = Renderer(facts, words, ASSETS / "templates", base_url, report)
        download = f"download/{folder.name}"
        makers: list[tuple[str, pages.Maker]] = [
            *((one.__name__, one) for one in pages.TYPES),
            ("documents", lambda facts: pages.documents(facts, download)),
            ("downloads", lambda facts: pages.downloads(facts, download, files)),
        ]
        counts = {}
        for name, maker in makers:
            progress(f"writing pages: {name}")
            counts[name] = 0
            for page in maker(facts):
                path = target / page.path
                path.parent.mkdir(exist_ok=True)
                if path.exists():
                    raise PackageError(f"{page.path}: two pages have this address")
                path.write_text(_html(render, page), encoding="utf-8")
                counts[name] += 1
        progress("writing what search and filters read")
        (target / "data").mkdir()
        for name, content in data.scripts(facts).items():
            (target / "data" / name).write_text(content, encoding="utf-8")
    progress("copying assets and downloads")
    shutil.copytree(ASSETS / "assets", target / "assets")
    for name in ("minisearch.js", "minisearch.LICENSE.txt", "world-atlas.LICENSE.txt"):
        shutil.copyfile(ASSETS / "vendor" / name, target / "assets" / name)
    (target / "download").mkdir()
    shutil.copytree(folder, target / download, copy_function=_link)
    packed = folder.with_name(f"{folder.name}.zip")
    if packed.is_file():
        _link(packed, target / "download" / packed.name)
    return counts


def _html(render: Renderer, page: pages.Page) -> str:
    context = {
        "title": page.title,
        "summary": page.summary,
        "jsonld": page.jsonld,
        **page.context,
    }
    html = render.render(page.template, page.path, context)
    # lines of templates that gave nothing
    return "".join(line for line in html.splitlines(keepends=True) if line.strip())


def listed(folder: Path) -> list[tuple[str, int, str]]:
    """The files of a release as (path, bytes, SHA-256), from its ``SHA256SUMS``.

    Raises:
        PackageError: there is no such list, or a file of it is not there.
    """
    try:
        lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
        return [
            (path, (folder / path).stat().st_size, sha)
            for sha, _, path in (line.partition("  ") for line in lines)
        ]
    except FileNotFoundError as error:
        raise PackageError(
            f"{error.filename}: no such file; the site is built from a whole release, as "
            "scripts/build.py makes it"
        ) from None


def _link(source: Path | str, target: Path | str) -> None:
    """A hard link where the file system has them, a copy elsewhere: the release is never edited."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
