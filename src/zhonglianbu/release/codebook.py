"""The codebook of this very package, as Markdown and as HTML."""

from __future__ import annotations

from .. import codebook, diagram
from .base import Format, Release


def write(release: Release) -> None:
    rules = release.package.root / "rules"
    text = codebook.codebook(release.package, rules, release.database)
    docs = release.target / "docs"
    (docs / "codebook.md").write_text(text, encoding="utf-8")
    title = f"{release.about['title']}, version {release.about['version']}: codebook"
    (docs / "codebook.html").write_text(
        codebook.as_html(text, title, diagram.svg(release.package)), encoding="utf-8"
    )


FORMAT = Format("codebook", "Codebook", {".md": "text/markdown", ".html": "text/html"}, write)
