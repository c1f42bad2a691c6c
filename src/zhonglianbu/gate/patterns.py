"""Regular expressions of the Table Schemas: which of them are fit to be published and run."""

from __future__ import annotations

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
    if any(one.starriness > MOST_STARS for one in find(SreOpParser().parse_sre(f"^{pattern}$"))):
        return "can take endless time in an engine that backtracks"
    return None
