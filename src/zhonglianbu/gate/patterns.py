"""Regular expressions of the Table Schemas: which of them are fit to be published and run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import duckdb
from regexploit.ast.sre import SreOpParser
from regexploit.redos import find

#: Repetitions that may compete for the same characters: two take quadratic time, more are refused.
MOST_STARS = 2


@cache
def fault(pattern: str) -> str | None:
    """Why a pattern is refused, or None.

    DuckDB's engine takes linear time but knows neither look-around nor back-references; the engines
    of Python, R and JavaScript know them, and may never end on nested repetitions.
    """
    try:
        # as a literal: the first parameter of a process would load pandas
        literal = pattern.replace("'", "''")
        duckdb.execute(f"SELECT regexp_full_match('', '{literal}')")
    except duckdb.Error:
        return "cannot be compiled by RE2"
    if is_endless(pattern):
        return "can take endless time in an engine that backtracks"
    return None


@cache
def is_endless(pattern: str) -> bool:
    """Whether an engine that backtracks may never end on a pattern, or not even read it."""
    try:
        parsed = SreOpParser().parse_sre(f"^{pattern}$")
        return any(one.starriness > MOST_STARS for one in find(parsed))
    except (re.error, RecursionError, OverflowError):
        return True


def within(schema: object) -> Iterator[str]:
    """Every pattern of a JSON Schema."""
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key == "pattern" and isinstance(value, str):
                yield value
            if key == "patternProperties" and isinstance(value, dict):
                yield from value
            yield from within(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from within(value)
