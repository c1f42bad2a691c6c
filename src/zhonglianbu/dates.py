"""Dates as sources give them: a small profile of EDTF (ISO 8601-2) held as strings.

``2019``, ``2019-04``, ``2019-04-16``; ``195X`` and ``19XX`` for an unknown year of a decade or
century; ``~`` (approximate), ``?`` (uncertain) or ``%`` (both) at the end. An unknown day is left
out, never written as the first.
"""

from __future__ import annotations

import calendar
import re
from datetime import date

#: The profile as one regular expression, the same that the Table Schemas carry.
PATTERN = (
    r"([0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?[~?%]?"
    r"|[0-9]{3}X[~?%]?|[0-9]{2}XX[~?%]?)"
)
_SHAPE = re.compile(PATTERN)


def bounds(text: str) -> tuple[date, date]:
    """Return the first and the last day that ``text`` can mean.

    A qualifier (``~ ? %``) does not widen the bounds: it says how sure the source is, not by how
    much it may be off.

    Raises:
        ValueError: the text is not a date of the profile, or no such day exists (2023-02-30).
    """
    if not _SHAPE.fullmatch(text):
        raise ValueError(f"{text!r} is not a date such as 2019, 2019-04, 2019-04-16 or 195X")
    plain = text.rstrip("~?%")
    if "X" in plain:
        first, last = int(plain.replace("X", "0")), int(plain.replace("X", "9"))
        if first == 0:  # 00XX and 000X begin before the calendar's first year
            first = 1
        return date(first, 1, 1), date(last, 12, 31)
    parts = [int(part) for part in plain.split("-")]
    year = parts[0]
    if len(parts) == 3:
        day = date(year, parts[1], parts[2])
        return day, day
    if len(parts) == 2:
        last_day = calendar.monthrange(year, parts[1])[1]
        return date(year, parts[1], 1), date(year, parts[1], last_day)
    return date(year, 1, 1), date(year, 12, 31)


#: The same two functions for DuckDB, for the rules and for the release. NULL and a text outside
#: the profile give NULL: whether a text is a date is the schema's business, not a rule's. The
#: commonest form stands first, for most dates meet no other.
SQL_MACROS = """
CREATE OR REPLACE MACRO edtf_min(s) AS TRY_CAST(CASE
    WHEN starts_with(s, '0000') THEN NULL -- the calendar has no year 0
    WHEN regexp_full_match(s, '[0-9]{4}-[0-9]{2}-[0-9]{2}[~?%]?') THEN s[1:10]
    WHEN regexp_full_match(s, '[0-9]{2}XX[~?%]?') THEN greatest(s[1:2] || '00', '0001') || '-01-01'
    WHEN regexp_full_match(s, '[0-9]{3}X[~?%]?') THEN greatest(s[1:3] || '0', '0001') || '-01-01'
    WHEN regexp_full_match(s, '[0-9]{4}[~?%]?') THEN s[1:4] || '-01-01'
    WHEN regexp_full_match(s, '[0-9]{4}-[0-9]{2}[~?%]?') THEN s[1:7] || '-01'
END AS DATE);
CREATE OR REPLACE MACRO edtf_max(s) AS CASE
    WHEN starts_with(s, '0000') THEN NULL
    WHEN regexp_full_match(s, '[0-9]{4}-[0-9]{2}-[0-9]{2}[~?%]?')
        THEN TRY_CAST(s[1:10] AS DATE)
    WHEN regexp_full_match(s, '[0-9]{2}XX[~?%]?') THEN TRY_CAST(s[1:2] || '99-12-31' AS DATE)
    WHEN regexp_full_match(s, '[0-9]{3}X[~?%]?') THEN TRY_CAST(s[1:3] || '9-12-31' AS DATE)
    WHEN regexp_full_match(s, '[0-9]{4}[~?%]?') THEN TRY_CAST(s[1:4] || '-12-31' AS DATE)
    WHEN regexp_full_match(s, '[0-9]{4}-[0-9]{2}[~?%]?')
        THEN last_day(TRY_CAST(s[1:7] || '-01' AS DATE))
END;
"""
