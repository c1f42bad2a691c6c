"""The package itself: CSV, JSON, schemas, rules, papers; the descriptor gains sizes and hashes."""

from __future__ import annotations

import json
import shutil

from ..package import JSON
from .base import Format, Release, sha256

#: What goes into the release beside the files that the descriptor names.
PAPERS = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE")
FOLDERS = ("schemas", "rules", "docs", "LICENSES")


def write(release: Release) -> None:
    root, target = release.package.root, release.target
    for path in sorted(one for folder in FOLDERS for one in (root / folder).rglob("*")):
        # the codebook is made anew, of this very package
        if path.is_file() and path.stem != "codebook":
            copy = target / path.relative_to(root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
    for name in PAPERS:
        shutil.copyfile(root / name, target / name)
    descriptor: JSON = json.loads(json.dumps(release.package.descriptor))
    for meta in descriptor["resources"]:
        path = target / meta["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / meta["path"], path)
        meta["bytes"] = path.stat().st_size
        meta["hash"] = f"sha256:{sha256(path)}"
    write_json(release, "datapackage.json", descriptor)


def write_json(release: Release, name: str, content: JSON) -> None:
    """A JSON file of the release, indented, in the order given."""
    text = json.dumps(content, ensure_ascii=False, indent=2)
    (release.target / name).write_text(text + "\n", encoding="utf-8")


FORMAT = Format(
    "package",
    "Data Package: CSV and JSON with schemas",
    {
        ".csv": "text/csv",
        ".json": "application/json",
        ".md": "text/markdown",
        ".sql": "application/sql",
        ".txt": "text/plain",
        "": "text/plain",
    },
    write,
)
