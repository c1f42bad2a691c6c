"""Layer 1, bytes: what a spreadsheet, an editor or a merge does to a file.

Nearly every file is clean, and that is proved fast: by passes over its bytes (``clean_lines``) and
by arithmetic over its cells while DuckDB reads them (``prove``). Only where the proof fails is the
file read again cell by cell, to say what is wrong and where (``check``).
"""

from __future__ import annotations

import csv
import io
import itertools
import re
import unicodedata
from dataclasses import replace

import duckdb

from .. import canonical
from ..package import JSON, Resource
from .findings import Finding, cell_column
from .tables import ask, breaks_a_constraint, fill, key_columns, one_of, quote, text

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
_JOINERS = frozenset("\u200c\u200d")
_JOINER = re.compile("(?<![\u0600-\u0dff])[\u200c\u200d]|[\u200c\u200d](?![\u0600-\u0dff])")
_FORBIDDEN = re.compile(f"{_CONTROLS}|{_JOINER.pattern}")
_LOOKS_EMPTY = frozenset(
    {"na", "n/a", "#n/a", "null", "none", "nil", "nan", "-", "--", "—", "?", "."}
)
_FORMULA = ("=", "+", "-", "@")
#: ASCII that a line of a clean file can hold; deleting it must leave no control character.
_PRINTABLE = bytes(range(32, 127))
_BLOCK = 4 << 20
#: A file with a mistake is read in pieces of so many bytes, until it has so many of them.
_PIECE = 16 << 20
_MOST = 1_000
_CONFLICT = re.compile(r"^(<{7}|={7}|>{7})( |$)", re.MULTILINE)
_CONFLICT_MARKS = ("<<<<<<<", "=======", ">>>>>>>")


def clean_lines(resource: Resource) -> int | None:
    """The number of lines of a file of which each byte is in order, or else None.

    In order: the right header, a line end at the end, no mark, no control, no odd character, and
    composed letters. That the file is UTF-8 is left to who reads its cells.
    """
    header = (",".join(resource.field_names) + "\n").encode()
    lines = 0
    seen: set[str] = set()
    dubious: set[str] = set()
    if not resource.path.is_file():
        return None
    try:
        with resource.path.open("rb") as file:
            while block := file.read(_BLOCK):
                block += file.readline(_BLOCK)
                if not block.endswith(b"\n") or not (lines or block.startswith(header)):
                    return None
                # all but the line ends and the letters beyond ASCII, which are few
                beyond = block.translate(None, _PRINTABLE).decode()
                letters = set(beyond)
                new = letters - seen
                seen |= new
                odd = "".join(new - _JOINERS - {"\n"})
                if _FORBIDDEN.search(odd) or any(map(str.isspace, odd)):
                    return None
                dubious |= {letter for letter in new if _may_combine(letter)}
                if found := letters & dubious:
                    rows = block.split(b"\n")
                    if not all(_is_composed(rows[line]) for line in _lines_of(found, beyond)):
                        return None
                lines += beyond.count("\n")
    except (OSError, UnicodeDecodeError):
        return None
    return lines


def _may_combine(letter: str) -> bool:
    """Whether a letter can be judged only beside its neighbours.

    A joiner is; so is a letter that NFC would write otherwise in some sequence. Such a letter is
    changed by NFC alone, or it is a mark or a vowel or final that joins the letter before it: then
    NFC of that letter behind another one is not the two of them side by side.
    """
    return (
        letter in _JOINERS
        or not unicodedata.is_normalized("NFC", letter)
        or unicodedata.combining(letter) != 0
        or "\u1161" <= letter <= "\u11c2"
        or unicodedata.category(letter) == "Mc"
    )


def _lines_of(letters: set[str], text: str) -> set[int]:
    """Indexes of the lines of a text that hold one of the letters."""
    lines, line, start = set(), 0, 0
    for match in re.finditer(f"[{''.join(letters)}]", text):
        line += text.count("\n", start, match.start())
        start = match.start()
        lines.add(line)
    return lines


def _is_composed(line: bytes) -> bool:
    text = line.decode()
    return unicodedata.is_normalized("NFC", text) and not _JOINER.search(text)


def prove(
    resource: Resource, database: duckdb.DuckDBPyConnection, lines: int | None
) -> tuple[bool, bool]:
    """Read a table's file into the table of its name, and try to prove it right.

    ``lines`` is what ``clean_lines`` says of the file; where that is nothing the file is not read.

    Returns:
        Whether ``check`` would find nothing and no two rows share the primary key; and whether
        every cell keeps the constraints of its field. False means only that the proof failed.
    """
    if lines is None:
        return False, False
    try:
        fill(database, resource)
        ((rows, odd, wrong, size),) = ask(database, _arithmetic(resource))
        is_clean = (
            odd == 0
            and rows + 1 == lines
            and len(",".join(resource.field_names)) + 1 + size == resource.path.stat().st_size
            and ask(database, _order(resource)) == [(0,)]
        )
    except (OSError, duckdb.Error):
        return False, False
    return is_clean, wrong == 0


def _arithmetic(resource: Resource) -> str:
    """SQL for (rows, odd rows, rows that break a constraint, bytes of them in canonical form)."""
    first = quote(resource.field_names[0])
    odd = [f"starts_with({first}, {text(mark)})" for mark in _CONFLICT_MARKS]
    size = []
    starts = text(" " + "".join(_FORMULA))
    for field in resource.fields:
        cell = quote(field["name"])
        # what begins with a digit or a letter, as nearly all do, needs no look at its first letter
        looks = [
            f"suffix({cell}, ' ')",
            f"contains({cell}, '  ')",
            f"CASE WHEN {cell} < '0' OR ({cell} >= ':' AND {cell} < 'A') "
            f"THEN contains({starts}, {cell}[1]) END",
        ]
        size.append(f"coalesce(strlen({cell}), 0)")
        enum = field.get("constraints", {}).get("enum")
        if enum and all(code == canonical.cell(code) and code[0].isalnum() for code in enum):
            odd.append(f"CASE WHEN NOT {one_of(cell, enum)} THEN {' OR '.join(looks)} END")
            continue
        odd += looks
        if _is_free(field):
            odd.append(
                f"CASE WHEN strlen({cell}) < 5 THEN {one_of(f'lower({cell})', _LOOKS_EMPTY)} END"
            )
            # elsewhere no cell needs quotes: one that has them makes the sum differ
            size.append(
                f"CASE WHEN contains({cell}, '\"') "
                f"THEN 2 + strlen({cell}) - strlen(replace({cell}, '\"', '')) "
                f"WHEN contains({cell}, ',') THEN 2 ELSE 0 END"
            )
    return (
        f"SELECT count(*), count(*) FILTER (WHERE {' OR '.join(odd)}), "
        f"count(*) FILTER (WHERE {breaks_a_constraint(resource)}), "
        f"coalesce(sum({' + '.join(size)} + {len(resource.fields)}), 0) "
        f"FROM {quote(resource.name)}"
    )


def _order(resource: Resource) -> str:
    """SQL for the number of rows whose key is that of the row before, or belongs before it."""
    condition = "true"
    for key in reversed(key_columns(resource)):
        condition = f"(lag({key}) OVER () > {key} OR (lag({key}) OVER () = {key} AND {condition}))"
    return f"SELECT count_if(wrong) FROM (SELECT {condition} AS wrong FROM {quote(resource.name)})"


def check(resource: Resource) -> list[Finding]:
    """Findings on the bytes and the shape of one table's file.

    A large file is read in pieces, so that it takes no more memory than a small one; what follows
    a piece with very many findings is left alone.
    """
    found: list[Finding] = []
    try:
        if resource.path.exists() and not resource.path.is_file():
            raise OSError(0, "Is a directory" if resource.path.is_dir() else "Is not a file")
        with resource.path.open("rb") as file:
            lines, before, is_done = 0, b"", False
            while not is_done:
                piece = file.read(_PIECE) + file.readline(_PIECE)
                is_last = not file.peek(1)
                is_cut = not is_last and not piece.endswith(b"\n")
                if is_cut:
                    piece = piece[: piece.rfind(b"\n") + 1]
                if piece or is_last:
                    found += _check_piece(resource, piece, lines, before, is_last)
                lines += piece.count(b"\n")
                before = piece[piece.rfind(b"\n", 0, -1) + 1 :]
                if is_cut:
                    message = f"the line has more than {_PIECE} bytes; nothing behind is looked at"
                    code, hint = "csv-structure", "is a quote unclosed, or is this no table?"
                    found.append(Finding(resource.relative, lines + 1, 0, code, message, hint))
                elif len(found) >= _MOST and not is_last:
                    message = "nothing behind this line is looked at before the rest is mended"
                    found.append(Finding(resource.relative, lines, 0, found[-1].code, message))
                is_done = is_last or is_cut or len(found) >= _MOST
    except OSError as error:
        reason = error.strerror or "cannot be read"
        message = f"the file cannot be read: {reason}"
        return [Finding(resource.relative, 0, 0, "file-missing", message, "restore it")]
    return found


def _check_piece(
    resource: Resource, raw: bytes, lines: int, before: bytes, is_last: bool
) -> list[Finding]:
    """Findings on a piece of a file behind so many ``lines``, the last of them ``before``."""
    if not lines:
        return _check(resource, raw, is_last)
    # the header makes it a table, the line before shows whether the order goes on
    header = (",".join(resource.field_names) + "\n").encode()
    found = _check(resource, header + before + raw, is_last)
    return [replace(one, line=one.line + lines - 2) for one in found if one.line > 2]


def _check(resource: Resource, raw: bytes, is_last: bool) -> list[Finding]:
    file = resource.relative

    def finding(line: int, column: int, code: str, message: str, hint: str) -> Finding:
        return Finding(file, line, column, code, message, hint)

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
    if is_last and text and not text.endswith("\n"):
        line = text.count("\n") + 1
        message = "the last line has no line end"
        found.append(finding(line, 0, "bytes-line-ends", message, "run make fix"))
    for match in itertools.islice(_FORBIDDEN.finditer(text), _MOST):
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
