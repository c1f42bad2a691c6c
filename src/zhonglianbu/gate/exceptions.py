"""Exceptions on record: ``rules/exceptions.csv`` lists findings that are known and allowed for now.

Columns: ``code`` of the check, ``id`` (the first cell of the row that is excused), ``reason``,
``source`` (a source_id that bears the reason out), ``expiry`` (a day). The clock is the
descriptor's ``as_of``. An exception that is expired, or that excuses nothing, is a finding itself.
"""

from __future__ import annotations

import csv
from pathlib import Path

from ..package import Package, parse_csv
from .findings import Finding, Lines

FILE = "exceptions.csv"
COLUMNS = ["code", "id", "reason", "source", "expiry"]


def apply(package: Package, folder: Path, findings: list[Finding]) -> list[Finding]:
    """The findings without those excused, and with what is wrong with the exceptions."""
    path = folder / FILE
    if not path.exists():
        return findings
    place = f"{folder.name}/{FILE}"
    try:
        rows = parse_csv(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, csv.Error) as error:
        return [*findings, Finding(place, 0, 0, "exception", f"cannot be read: {error}", "mend it")]
    as_of = str(package.descriptor.get("as_of", ""))
    ids = _Ids(package)
    kept = list(findings)
    for line, row in enumerate(rows, 2):
        message = ""
        if list(row) != COLUMNS or not all(row.values()):
            message = f"every row needs {', '.join(COLUMNS)}"
        elif row["expiry"] < as_of:
            message = f"the exception for {row['id']} expired on {row['expiry']}"
        else:
            excused = [one for one in kept if one.code == row["code"] and ids.of(one) == row["id"]]
            kept = [one for one in kept if one not in excused]
            if not excused:
                message = f"nothing of {row['id']} needs this exception from {row['code']}"
        if message:
            kept.append(Finding(place, line, 0, "exception", message, "renew or drop the row"))
    return kept


class _Ids:
    """First cells of rows, by file and line."""

    def __init__(self, package: Package):
        self.tables = {table.relative: table for table in package.tables}
        self.lines = Lines()

    def of(self, finding: Finding) -> str:
        """The id of the row that a finding points at; empty where it points at none."""
        if finding.file not in self.tables or finding.line < 2:
            return ""
        line = self.lines.line(self.tables[finding.file], finding.line)
        return next(csv.reader([line]), [""])[0]
