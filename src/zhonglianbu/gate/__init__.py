"""The gate: every check that a package must pass, layer by layer.

Each layer is a function from a package to findings; none stops another. A check is added in one
place: a constraint in a Table Schema, a structure in a JSON Schema, a rule as a file in ``rules/``.
"""

from __future__ import annotations

from pathlib import Path

from ..package import Package
from . import descriptor, documents, exceptions, files, rules, tables
from .findings import Finding

__all__ = ["Finding", "run"]


def run(root: Path, rules_folder: Path | None = None) -> list[Finding]:
    """Check the package in the folder ``root``; an empty list means it is valid.

    Raises:
        PackageError: there is no readable descriptor, so nothing can be checked.
    """
    package = Package(root)
    findings = descriptor.check(package)
    package.resources = descriptor.readable(package)
    sound: set[str] = set()
    clean: set[str] = set()
    with tables.opened(package) as database:
        for resource in package.tables:
            if files.is_clean(resource, database):
                clean.add(resource.name)
                sound.add(resource.name)
                continue
            found = files.check(resource)
            findings += found
            if not any(finding.code in files.STRUCTURAL for finding in found):
                tables.empty(database, resource)
                tables.fill(database, resource)
                sound.add(resource.name)
        findings += documents.check(package, database, sound)
        findings += tables.check(package, database, sound, clean)
        folder = rules_folder if rules_folder is not None else root / "rules"
        findings += rules.check(package, database, folder, sound)
    return sorted(exceptions.apply(package, folder, sorted(set(findings))))
