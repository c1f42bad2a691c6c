"""The gate: every check that a package must pass, layer by layer.

Each layer is a function from a package to findings; none stops another. A check is added in one
place: a constraint in a Table Schema, a structure in a JSON Schema, a rule as a file in ``rules/``.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
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
    findings: list[Finding] = []
    package.resources = descriptor.readable(package)
    folder = rules_folder if rules_folder is not None else root / "rules"
    # tables whose rows can be trusted, that have no row twice, whose cells keep their constraints
    sound: set[str] = set()
    keyed: set[str] = set()
    proved: set[str] = set()
    # what needs no database runs beside it, which leaves Python idle most of the time
    with ThreadPoolExecutor(1) as passes, tables.opened(package) as database:
        lines = [passes.submit(files.clean_lines, resource) for resource in package.tables]
        described = passes.submit(descriptor.check, Package(root))
        for resource, counted in zip(package.tables, lines, strict=True):
            is_clean, cells_hold = files.prove(resource, database, counted.result())
            if is_clean:
                keyed.add(resource.name)
            else:
                found = files.check(resource)
                findings += found
                if any(finding.code in files.STRUCTURAL for finding in found):
                    tables.empty(database, resource)
                    continue
                tables.fill(database, resource)  # the proof may have failed before it was full
            sound.add(resource.name)
            if cells_hold:
                proved.add(resource.name)
        findings += described.result()
        findings += documents.check(package, database, sound)
        findings += tables.check(package, database, sound, keyed, proved)
        findings += rules.check(package, database, folder, sound)
    return sorted(exceptions.apply(package, folder, sorted(set(findings))))
