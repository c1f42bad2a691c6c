"""One mistake that the gate found, and how it is shown."""

from __future__ import annotations

import bisect
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from ..package import Resource


@dataclass(frozen=True, order=True)
class Finding:
    """A mistake at a place.

    Attributes:
        file: path from the package's root.
        line: line in the file, from 1; 0 where the file as a whole is meant.
        column: character in the line, from 1; 0 where the line as a whole is meant.
        code: stable code of the check.
        message: what is wrong, in one line.
        hint: what to do.
        severity: ``error`` or ``warning``.
    """

    file: str
    line: int
    column: int
    code: str
    message: str
    hint: str = ""
    severity: str = "error"


#: After this many findings of one code in one file only their number is shown.
CAP = 20


def as_text(findings: Iterable[Finding], cap: int = CAP) -> list[str]:
    """``file:line:column code message (hint)``, a line each, capped per file and code."""
    lines: list[str] = []
    shown: Counter[tuple[str, str]] = Counter()
    hidden: Counter[tuple[str, str]] = Counter()
    for finding in findings:
        key = (finding.file, finding.code)
        if shown[key] >= cap:
            hidden[key] += 1
            continue
        shown[key] += 1
        warning = "warning: " if finding.severity == "warning" else ""
        hint = f" ({_one_line(finding.hint)})" if finding.hint else ""
        lines.append(
            f"{finding.file}:{finding.line}:{finding.column} {finding.code} "
            f"{warning}{_one_line(finding.message)}{hint}"
        )
    for (file, code), number in sorted(hidden.items()):
        lines.append(f"{file}:0:0 {code} (+{number} more)")
    return lines


def as_json(findings: Iterable[Finding]) -> str:
    """All findings as a JSON list of objects."""
    return json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2)


def as_github(findings: Iterable[Finding]) -> list[str]:
    """Workflow commands that GitHub shows at the faulty lines."""
    lines = []
    for finding in findings:
        place = f"file={_property(finding.file)}"
        if finding.line:
            place += f",line={finding.line}"
        if finding.column:
            place += f",col={finding.column}"
        hint = f" ({finding.hint})" if finding.hint else ""
        lines.append(
            f"::{finding.severity} {place},title={_property(finding.code)}::"
            f"{_escape(finding.message + hint)}"
        )
    return lines


class Lines:
    """The lines of tables' files, found without holding a file in memory."""

    #: A file is read in blocks of this many bytes, and where each line begins is known by block.
    BLOCK = 1 << 20

    def __init__(self) -> None:
        #: For each file, the number of line ends before each of its blocks.
        self._before: dict[Path, list[int]] = {}
        self._at: tuple[Path, int] | None = None
        self._lines: list[str] = []

    def line(self, resource: Resource, number: int) -> str:
        """The line ``number``, from 1, of a table's file."""
        path = resource.path
        if path not in self._before:
            self._before[path] = list(self._count(path))
        # the last block before which fewer lines have ended than before this one
        block = max(0, bisect.bisect_left(self._before[path], number - 1) - 1)
        if self._at != (path, block):
            self._at, self._lines = (path, block), self._read(path, block)
        return self._lines[number - 1 - self._before[path][block]]

    def _count(self, path: Path) -> Iterator[int]:
        ends = 0
        with path.open("rb") as file:
            while content := file.read(self.BLOCK):
                yield ends
                ends += content.count(b"\n")

    def _read(self, path: Path, block: int) -> list[str]:
        """The rest of the line in which a block begins, and every line that begins in it."""
        with path.open("rb") as file:
            file.seek(block * self.BLOCK)
            content = file.read(self.BLOCK) + file.readline()
        return content.decode("utf-8", "replace").split("\n")

    def column(self, resource: Resource, number: int, field: str) -> int:
        """Character, from 1, at which a field's cell begins in the line ``number``."""
        return cell_column(self.line(resource, number), resource.field_names.index(field))


def cell_column(line: str, index: int) -> int:
    """Character, from 1, at which the cell number ``index`` (from 0) of a CSV line begins."""
    position = 0
    for _ in range(index):
        quoted = line[position : position + 1] == '"'
        end = position + 1
        if quoted:
            while end < len(line):
                if line[end] == '"':
                    if line[end + 1 : end + 2] != '"':
                        break
                    end += 1
                end += 1
        comma = line.find(",", end if quoted else position)
        if comma < 0:
            return 0
        position = comma + 1
    return position + 1


def _one_line(text: str) -> str:
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
