"""Each table and view as a Stata file, version 118 (Stata 14 and newer), with labels."""

from __future__ import annotations

import textwrap
from datetime import datetime
from typing import cast

from ..gate.tables import quote
from .base import Column, Format, Release, Table

#: Strings longer than this (the limit until Stata 13) are kept as strL, which is slower to write
LONG = 244
MAX_LABEL = 80
STORED = {"integer": "BIGINT", "boolean": "TINYINT", "date": "TIMESTAMP"}


def write(release: Release) -> None:
    (release.target / "stata").mkdir()
    for table in (*release.tables, *release.views):
        write_table(release, table)


def write_table(release: Release, table: Table) -> None:
    """One file. Missing text is the empty string, as Stata has it; booleans are 0 and 1, labelled;
    dates are days (``%td``); a date of the sources stays text, its bounds are days."""
    columns = ", ".join(f"{_stored(column)} AS {quote(column.name)}" for column in table.columns)
    frame = release.query(f"SELECT {columns} FROM {quote(table.name)}").df()
    for column in table.columns:
        if column.type in ("boolean", "integer"):  # so that a blank is Stata's missing value
            frame[column.name] = frame[column.name].astype("Int64")
    strings = [column.name for column in table.columns if column.type == "string"]
    widths = ", ".join(f"coalesce(max(strlen({quote(name)})), 0)" for name in strings)
    (longest,) = release.query(f"SELECT {widths} FROM {quote(table.name)}").fetchall()
    frame.to_stata(
        release.target / "stata" / f"{table.name}.dta",
        version=118,
        write_index=False,
        time_stamp=datetime.fromisoformat(release.about["as_of"]),
        data_label=f"sha256:{release.content_hash(table)}",
        variable_labels={column.name: label(column) for column in table.columns},
        value_labels={
            column.name: cast("dict[float, str]", {0: "false", 1: "true"})
            for column in table.columns
            if column.type == "boolean"
        },
        convert_dates={column.name: "td" for column in table.columns if column.type == "date"},
        convert_strl=[name for name, size in zip(strings, longest, strict=True) if size > LONG],
    )


def label(column: Column) -> str:
    """What a variable is, within the length that Stata allows."""
    return textwrap.shorten(column.description, MAX_LABEL, placeholder=" …")


def _stored(column: Column) -> str:
    """SQL for a column as Stata holds it."""
    if column.type == "string":
        return f"coalesce({quote(column.name)}, '')"
    return f"CAST({quote(column.name)} AS {STORED[column.type]})"


FORMAT = Format("stata", "Stata 14 and newer, labelled", {".dta": "application/x-stata-dta"}, write)
