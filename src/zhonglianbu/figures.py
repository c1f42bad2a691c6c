"""Pages whose figures and examples are computed: Markdown with queries, and what they answer.

A figure in a sentence stands behind its query::

    <!-- = SELECT count(*) FROM contacts -->1,501<!-- . -->

An example is a block of SQL with ``<!-- result -->`` and ``<!-- end of result -->`` behind it, and
between these the answer as a table. Queries read tables by name or by path (``'data/ids.csv'``).
"""

from __future__ import annotations

import re
from typing import Any

import duckdb

_FIGURE = re.compile(r"<!-- = (.+?) -->(.*?)<!-- \. -->", re.DOTALL)
_EXAMPLE = re.compile(
    r"(^```sql\n(?P<sql>(?:(?!^```).)*?)^```\n\n<!-- result -->\n).*?(^<!-- end of result -->)",
    re.DOTALL | re.MULTILINE,
)


def refreshed(page: str, database: duckdb.DuckDBPyConnection) -> str:
    """The page with every figure and every example computed anew.

    Raises:
        ValueError: a query cannot be answered, a figure's query gives no single value, or it
            begins a line; the message is one line.
    """

    def figure(match: re.Match[str]) -> str:
        if page[match.start() - 1 : match.start()] in ("", "\n"):
            raise ValueError(f"{match[1]!r} begins a line, where a comment ends the paragraph")
        rows = _ask(database, match[1])[1]
        if len(rows) != 1 or len(rows[0]) != 1:
            raise ValueError(f"{match[1]!r} gives no single value")
        return f"<!-- = {match[1]} -->{_shown(rows[0][0])}<!-- . -->"

    def example(match: re.Match[str]) -> str:
        names, rows = _ask(database, match["sql"])
        return f"{match[1]}\n{table(names, rows)}\n\n{match[3]}"

    page = _EXAMPLE.sub(example, page)
    return _FIGURE.sub(figure, page)


def table(names: list[str], rows: list[tuple[Any, ...]]) -> str:
    """A Markdown table; numbers stand to the right."""
    numbers = [
        bool(rows) and all(isinstance(row[i], int) for row in rows) for i in range(len(names))
    ]
    lines = [
        f"| {' | '.join(names)} |",
        f"| {' | '.join('---:' if number else '---' for number in numbers)} |",
    ]
    lines += [f"| {' | '.join(_shown(value) for value in row)} |" for row in rows]
    return "\n".join(lines)


def _ask(database: duckdb.DuckDBPyConnection, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    try:
        answer = database.execute(sql)
        return [column[0] for column in answer.description or []], answer.fetchall()
    except duckdb.Error as error:
        first = str(error).split("\n", 1)[0]
        raise ValueError(f"{' '.join(sql.split())[:60]} …: {first}") from None


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:,}"
    return str(value).replace("|", "\\|").replace("\n", " ")
