"""One Excel workbook: a README sheet, then a sheet a table. Every cell is text, none a formula."""

from __future__ import annotations

from datetime import datetime

import xlsxwriter

from ..gate.tables import quote
from .base import Format, Release, ReleaseError, Table

#: Limits of the format.
MAX_ROWS = 1_048_576
MAX_CELL = 32_767


def write(release: Release) -> None:
    as_of = datetime.fromisoformat(release.about["as_of"])
    book = xlsxwriter.Workbook(
        release.target / "zhonglianbu.xlsx",
        # rows go to disk as they come
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    book.set_properties({"title": release.about["title"], "created": as_of})
    book.set_size(2400, 1200)
    bold = book.add_format({"bold": True, "num_format": "@"})
    plain = book.add_format({"num_format": "@"})
    tables = [*release.tables, *release.views]
    counts = {table.name: release.count(table) for table in tables}
    readme = book.add_worksheet("README")
    readme.set_column(0, 0, 24)
    readme.set_column(1, 3, 40)
    for number, line in enumerate(_readme(release, tables, counts)):
        for column, cell in enumerate(line):
            readme.write_string(number, column, cell, bold if column == 0 else plain)
    for table in tables:
        if counts[table.name] >= MAX_ROWS:
            continue
        sheet = book.add_worksheet(table.name)
        names = [column.name for column in table.fields]
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, counts[table.name], len(names) - 1)
        sheet.set_column(0, len(names) - 1, 18, plain)
        for column, name in enumerate(names):
            sheet.write_string(0, column, name, bold)
        cells = ", ".join(f"CAST({quote(name)} AS VARCHAR)" for name in names)
        rows = release.rows(f"SELECT {cells} FROM {quote(table.name)}")
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                # the library returns a code where a cell cannot hold the text
                if cell is not None and sheet.write_string(number, column, cell, plain):
                    raise ReleaseError(
                        f"{table.csv}: row {number}, {names[column]}: {len(cell):,} characters, "
                        f"a cell of Excel holds {MAX_CELL:,}: shorten it"
                    )
    book.close()


def _readme(release: Release, tables: list[Table], counts: dict[str, int]) -> list[list[str]]:
    about = release.about
    lines = [
        [about["title"]],
        ["version", about["version"]],
        ["data as of", about["as_of"]],
        ["licence", about["license"]],
        ["what a field means", "codebook.html in the same folder"],
        ["all cells are text", "so that no date, id or leading zero is changed; blank is unknown"],
        ["counts", "follow what was collected, not what happened; see the column coverage"],
        [],
        ["sheet", "one row is", "rows", "SHA-256 of the table as CSV"],
    ]
    for table in tables:
        count = f"{counts[table.name]:,}"
        if counts[table.name] >= MAX_ROWS:
            count += ", more than a sheet holds: use another format"
        lines.append([table.name, table.description, count, release.content_hash(table)])
    return lines


FORMAT = Format(
    "excel",
    "Excel workbook, all cells text",
    {".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    write,
)
