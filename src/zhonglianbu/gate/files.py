"""Layer 1, bytes: what a spreadsheet, an editor or a merge does to a file.

Nearly every file is clean, and that is proved fast: by passes over its bytes and by arithmetic
over its cells once DuckDB has read them (``is_clean``). Only where the proof fails is the file read
again cell by cell, to say what is wrong and where (``check``).
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import duckdb

from .. import canonical
from ..package import JSON, Resource
from .findings import Finding, cell_column
from .tables import fill, key_columns, quote, text

#: Codes after which the rows of a file cannot be trusted to be its rows.
STRUCTURAL = frozenset(
    {"file-missing", "bytes-utf8", "bytes-bom", "bytes-line-ends", "csv-structure", "csv-header"}
)

#: Controls, invisible and private characters. The two joiners (U+200C, U+200D) belong to the
#: spelling of Persian and many Indic languages and are judged by their neighbours below.
_CONTROLS = (
    "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u00a0\u00ad\u180e\u2000-\u200b\u200e\u200f\u2028-\u202f"
    "\u205f-\u206f\u3000\ue000-\uf8ff\ufe00-\ufe0f\ufeff\ufff9-\uffff]"
)
_JOINER = re.compile("(?<![\u0600-\u0dff])[\u200c\u200d]|[\u200c\u200d](?![\u0600-\u0dff])")
_FORBIDDEN = re.compile(f"{_CONTROLS}|{_JOINER.pattern}")
_LOOKS_EMPTY = frozenset(
    {"na", "n/a", "#n/a", "null", "none", "nil", "nan", "-", "--", "—", "?", "."}
)
_FORMULA = ("=", "+", "-", "@")
#: ASCII that a clean file can hold; deleting it must leave no control character.
_ASCII = bytes([10, *range(32, 127)])
_BLOCK = 1 << 24
_CONFLICT = re.compile(r"^(<{7}|={7}|>{7})( |$)", re.MULTILINE)


def is_clean(resource: Resource, database: duckdb.DuckDBPyConnection) -> bool:
    """Prove that ``check`` would find nothing, and leave the rows in the table of that name.

    It proves besides that no two rows share the primary key. False means only that the proof
    failed; it never says that a file is wrong.
    """
    try:
        if not _bytes_are_clean(resource.path, resource.field_names):
            return False
        fill(database, resource)
        lines = sum(block.count(b"\n") for block in _blocks(resource.path))
        (sums,) = database.execute(_arithmetic(resource)).fetchall()
        (not_ascending,) = database.execute(_order(resource)).fetchall()
    except (OSError, UnicodeDecodeError, duckdb.Error):
        return False
    rows, odd, size = sums
    header = len(",".join(resource.field_names)) + 1
    return bool(
        rows == lines - 1
        and odd == 0
        and not_ascending == (0,)
        and header + size == resource.path.stat().st_size
    )


def _bytes_are_clean(path: Path, names: list[str]) -> bool:
    """No mark, no control, no odd character, composed, the right header, a line end at the end."""
    seen: set[str] = set()
    decoder = codecs.getincrementaldecoder("utf-8")()
    first, last = True, b""
    for block in _blocks(path):
        if first and not block.startswith((",".join(names) + "\n").encode()):
            return False
        first, last = False, block[-1:]
        if block.find(b"<<<<<<<") >= 0 or block.find(b">>>>>>>") >= 0:
            return False
        beyond = block.translate(None, _ASCII)
        if beyond:
            # with the ASCII gone only whole letters beyond it may be left
            seen |= set(decoder.decode(beyond))
    joiners = {"\u200c", "\u200d"} & seen
    if last != b"\n" or _FORBIDDEN.search("".join(seen - joiners)):
        return False
    if not joiners and not any(map(_may_combine, seen)):
        return True
    # letters that only their neighbours can judge: a slower look at the text itself
    with path.open(encoding="utf-8", newline="") as file:
        while lines := file.readlines(_BLOCK):
            text = "".join(lines)
            if not unicodedata.is_normalized("NFC", text):
                return False
            if any(_is_misplaced(text, joiner) for joiner in joiners):
                return False
    return True


def _is_misplaced(text: str, joiner: str) -> bool:
    """Whether a joiner stands where ``_JOINER`` forbids it; finding it first is much faster."""
    place = text.find(joiner)
    while place >= 0:
        if _JOINER.match(text, place):
            return True
        place = text.find(joiner, place + 1)
    return False


def _may_combine(letter: str) -> bool:
    """Whether a letter can be part of a sequence that NFC would write otherwise.

    Such a letter is changed by NFC alone, or it is a mark or a vowel or final that joins the letter
    before it: then NFC of that letter behind another one is not the two of them side by side.
    """
    return (
        not unicodedata.is_normalized("NFC", letter)
        or unicodedata.combining(letter) != 0
        or "\u1161" <= letter <= "\u11c2"
        or unicodedata.category(letter) == "Mc"
    )


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _arithmetic(resource: Resource) -> str:
    """SQL for (rows, odd rows, bytes that the rows take in canonical form)."""
    odd, size = [], []
    for field in resource.fields:
        cell = quote(field["name"])
        formula = ", ".join(map(text, _FORMULA))
        odd.append(f"{cell} <> trim({cell}) OR contains({cell}, '  ') OR {cell}[1] IN ({formula})")
        if _is_free(field):
            empty = ", ".join(map(text, sorted(_LOOKS_EMPTY)))
            odd.append(f"strlen({cell}) < 5 AND lower({cell}) IN ({empty})")
        quotes = f"(strlen({cell}) - strlen(replace({cell}, '\"', '')))"
        size.append(
            f"coalesce(strlen({cell}) + CASE WHEN contains({cell}, ',') OR contains({cell}, '\"') "
            f"THEN 2 + {quotes} ELSE 0 END, 0)"
        )
    return f"""
        SELECT count(*),
            count_if({" OR ".join(f"coalesce({one}, false)" for one in odd)}),
            coalesce(sum({" + ".join(size)} + {len(resource.fields)}), 0)
        FROM {quote(resource.name)}
    """


def _order(resource: Resource) -> str:
    """SQL for the number of rows whose key is that of the row before, or belongs before it."""
    condition = "true"
    for key in reversed(key_columns(resource)):
        condition = f"(lag({key}) OVER () > {key} OR (lag({key}) OVER () = {key} AND {condition}))"
    return f"SELECT count_if(wrong) FROM (SELECT {condition} AS wrong FROM {quote(resource.name)})"


def check(resource: Resource) -> list[Finding]:
    """Findings on the bytes and the shape of one table's file."""
    file = resource.relative

    def finding(line: int, column: int, code: str, message: str, hint: str) -> Finding:
        return Finding(file, line, column, code, message, hint)

    try:
        raw = resource.path.read_bytes()
    except OSError as error:
        reason = error.strerror or "cannot be read"
        return [finding(0, 0, "file-missing", f"the file cannot be read: {reason}", "restore it")]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"not UTF-8; it reads as {_guess(raw)}"
        return [finding(line, 0, "bytes-utf8", message, "save it as UTF-8")]
    found = []
    if text.startswith("\ufeff"):
        hint = "Excel writes it with «CSV UTF-8»; run make fix"
        found.append(finding(1, 1, "bytes-bom", "a byte order mark stands at the start", hint))
        text = text[1:]
    if "\r" in text:
        line = text.count("\n", 0, text.index("\r")) + 1
        message = "line ends are not LF alone"
        found.append(finding(line, 0, "bytes-line-ends", message, "run make fix"))
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text and not text.endswith("\n"):
        line = text.count("\n") + 1
        message = "the last line has no line end"
        found.append(finding(line, 0, "bytes-line-ends", message, "run make fix"))
    for match in _FORBIDDEN.finditer(text):
        line, column = _place(text, match.start())
        name = f"U+{ord(match.group()):04X} {unicodedata.name(match.group(), 'control')}"
        message = f"the character {name} is not allowed"
        found.append(finding(line, column, "bytes-character", message, "delete or replace it"))
    if not unicodedata.is_normalized("NFC", text):
        for line, content in enumerate(text.split("\n"), 1):
            if not unicodedata.is_normalized("NFC", content):
                message = "letters and accents are not composed (NFC)"
                found.append(finding(line, 0, "bytes-nfc", message, "run make fix"))
    for match in _CONFLICT.finditer(text):
        line, _ = _place(text, match.start())
        message = "a merge conflict is not resolved"
        found.append(finding(line, 0, "csv-structure", message, "choose one side"))
    if found and any(one.message.startswith("a merge") for one in found):
        return found
    rows, broken = _rows(text, resource)
    found += broken
    if rows is None:
        return found
    lines = text.split("\n")
    for line, row in enumerate(rows, 2):
        found += _cells(resource, line, row, lines[line - 1])
    key = canonical.sort_key(resource)
    keyed = [key(dict(zip(resource.field_names, row, strict=True))) for row in rows]
    for line, (before, after) in enumerate(itertools.pairwise(keyed), 3):
        if after < before:
            message = f"rows are not sorted by {', '.join(resource.primary_key)}"
            found.append(finding(line, 0, "csv-order", message, "run make fix"))
            break
    if not found:
        wanted = canonical.table(text, resource).split("\n")
        for line, (is_, should) in enumerate(zip(lines, wanted, strict=False), 1):
            if is_ != should:
                message = "the line is not written in the one dialect (quotes, blank lines)"
                found.append(finding(line, 0, "csv-format", message, "run make fix"))
                break
    return found


def _rows(text: str, resource: Resource) -> tuple[list[list[str]] | None, list[Finding]]:
    """The rows without the header, or None with what makes them unreadable."""
    file = resource.relative
    names = resource.field_names
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: list[Finding] = []
    rows: list[list[str]] = []
    try:
        header = next(reader, None)
        if header is None:
            return None, [Finding(file, 1, 0, "csv-header", "the file is empty", "restore it")]
        if header != names:
            return None, [Finding(file, 1, 0, "csv-header", *_header_mistake(header, names))]
        line = 1
        for row in reader:
            line += 1
            if reader.line_num != line:
                message = "a cell holds a line break"
                hint = "cells are one line; is a quote unclosed?"
                found.append(Finding(file, line, 0, "csv-structure", message, hint))
                line = reader.line_num
            if len(row) != len(names):
                message = f"{len(row)} cells, the header has {len(names)}"
                hint = "quote cells that hold a comma"
                found.append(Finding(file, line, 0, "csv-structure", message, hint))
            rows.append(row)
    except csv.Error as error:
        message = f"not CSV: {error}"
        found.append(Finding(file, reader.line_num, 0, "csv-structure", message, "check quotes"))
    return (None if found else rows), found


def _header_mistake(header: list[str], names: list[str]) -> tuple[str, str]:
    if len(header) == 1 and ";" in header[0]:
        return "the cells are parted by semicolons", "Excel did it; save with commas"
    if len(header) == 1 and "\t" in header[0]:
        return "the cells are parted by tabs", "save with commas"
    missing = [name for name in names if name not in header]
    extra = [name for name in header if name not in names]
    if missing or extra:
        parts = []
        if missing:
            parts.append(f"lacks {', '.join(missing)}")
        if extra:
            parts.append(f"has unknown {', '.join(map(repr, extra))}")
        return f"the header {' and '.join(parts)}", "take the names from the schema"
    return "the header's order is not the schema's, or a name stands twice", "run make fix"


def _cells(resource: Resource, line: int, row: list[str], content: str) -> list[Finding]:
    found = []
    for index, value in enumerate(row):
        if not value:
            continue
        name = resource.field_names[index]
        code = message = hint = ""
        if value != value.strip() or "  " in value:
            code, message = "cell-space", f"{name} has a space too many"
            hint = "run make fix"
        elif value.lower() in _LOOKS_EMPTY and _is_free(resource.fields[index]):
            code, message = "cell-na", f"{name} is {value!r}, which only looks empty"
            hint = "leave the cell blank"
        elif value.startswith(_FORMULA):
            code, message = "cell-formula", f"{name} begins with {value[0]!r}"
            hint = "a spreadsheet would run it; reword it"
        if code:
            column = cell_column(content, index)
            found.append(Finding(resource.relative, line, column, code, message, hint))
    return found


def _is_free(field: JSON) -> bool:
    """Whether the schema leaves the text free; else NA may be Namibia, and its checks decide."""
    return not {"enum", "pattern"} & set(field.get("constraints", {}))


def _place(text: str, position: int) -> tuple[int, int]:
    start = text.rfind("\n", 0, position) + 1
    return text.count("\n", 0, position) + 1, position - start + 1


def _guess(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return "Windows-1252"
    return "GB 18030"
