"""How to cite the package: ``CITATION.cff``, from the descriptor."""

from __future__ import annotations

import yaml

from ..package import JSON
from .base import Format, Release


def citation(descriptor: JSON) -> str:
    """The text of ``CITATION.cff`` (Citation File Format 1.2.0)."""
    content = {
        "cff-version": "1.2.0",
        "message": "If you use these data, please cite the version you used.",
        "type": "dataset",
        "title": descriptor["title"],
        "abstract": descriptor["description"],
        "authors": [{"name": one["title"]} for one in descriptor["contributors"]],
        "version": descriptor["version"],
        "date-released": descriptor["as_of"],
        "license": descriptor["licenses"][0]["name"],
        "keywords": descriptor["keywords"],
    }
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)


def write(release: Release) -> None:
    text = citation(release.package.descriptor)
    (release.target / "CITATION.cff").write_text(text, encoding="utf-8")


FORMAT = Format("citation", "CITATION.cff", {".cff": "application/yaml"}, write)
