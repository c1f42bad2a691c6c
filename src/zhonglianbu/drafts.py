"""Drafts: what a contributor knows of one thing, named by the fields of the tables.

As JSON::

    {
      "contact": {"start_date": "2024-06-26", "date_basis": "event", "kind": "meeting", ...},
      "participants": [
        {"side": "cpc", "organization_id": "ild"},
        {"side": "foreign", "person_name": "Efkan Ala", "organization_id": "AK Party", ...}
      ],
      "sources": [{"url": "https://...", "locator": "headline", "states.place": "Beijing", ...}]
    }

``organization``, ``person`` or ``source`` stand in the place of ``contact``. Where a field is an
id, a name will do if it is that of one thing only; ``none`` says that there is no id, on purpose.
A source has the fields of ``sources``, or the ``source_id`` or ``url`` of one that is known, and
of its citation ``locator``, ``states.FIELD`` and, where it is added alone, ``cites``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .ids import Refused, Row
from .package import JSON, parse_csv, read_json

#: What a draft can be of: its key, the table, the type of its id.
KINDS = {
    "contact": ("contacts", "contact"),
    "organization": ("organizations", "organization"),
    "person": ("people", "person"),
    "source": ("sources", "source"),
}
#: In the place of an id: there is none, and that is known.
NONE = "none"
#: Keys of a source that speak of the citation: where it says so, what it says of a field, of what.
LOCATOR, STATES, CITES = "locator", "states.", "cites"
#: A key that is for the reader of a draft alone.
FOR_THE_READER = "hints"


@dataclass
class Draft:
    """One thing to add.

    Attributes:
        kind: a key of ``KINDS``.
        cells: its own fields, as given.
        participants: of a contact, in order.
        sources: the fields of each source and of its citation.
        distinct: why the contact is another than the one that it looks like.
        place: where the draft stands, for messages.
    """

    kind: str
    cells: Row
    participants: list[Row] = field(default_factory=list)
    sources: list[Row] = field(default_factory=list)
    distinct: str = ""
    place: str = ""


def read(path: Path, kind: str) -> list[Draft]:
    """The drafts of a JSON or CSV file.

    In a CSV file the header's names have the thing before a point: ``contact.kind``,
    ``participant.role``, ``source.url``. A row with cells of the contact begins a draft; the rows
    below it without such cells are its further participants and sources.

    Raises:
        Refused: the file is no draft.
        PackageError: it cannot be read.
    """
    if path.suffix.lower() == ".csv":
        return _read_csv(path, kind)
    loaded = read_json(path)
    several = loaded.get("drafts", [loaded])
    if not isinstance(several, list) or not several:
        raise Refused(f"{path}: drafts must be a list of drafts")
    return [
        from_json(one, kind, f"{path}: draft {number}" if len(several) > 1 else str(path))
        for number, one in enumerate(several, 1)
    ]


def from_json(loaded: Any, kind: str, place: str) -> Draft:
    """A draft of a JSON object.

    Raises:
        Refused: it has not the shape of a draft.
    """
    if not isinstance(loaded, dict):
        raise Refused(f"{place}: a draft is an object")
    known = {kind, "sources", "distinct", FOR_THE_READER}
    known |= {"participants"} if kind == "contact" else set()
    for key in loaded:
        if key not in known:
            raise Refused(f"{place}: {key!r} is none of {', '.join(sorted(known))}")
    if kind not in loaded:
        raise Refused(f"{place}: there is no {kind!r}")
    return Draft(
        kind,
        _cells(loaded[kind], f"{place}: {kind}"),
        _list(loaded, "participants", place),
        _list(loaded, "sources", place),
        str(loaded.get("distinct", "")),
        place,
    )


def as_json(draft: Draft) -> JSON:
    """The object of which ``from_json`` makes the draft again."""
    loaded: JSON = {draft.kind: draft.cells}
    if draft.participants:
        loaded["participants"] = draft.participants
    if draft.sources:
        loaded["sources"] = draft.sources
    if draft.distinct:
        loaded["distinct"] = draft.distinct
    return loaded


def _list(loaded: JSON, key: str, place: str) -> list[Row]:
    several = loaded.get(key, [])
    if not isinstance(several, list):
        raise Refused(f"{place}: {key} must be a list")
    return [_cells(one, f"{place}: {key} {number}") for number, one in enumerate(several, 1)]


def _cells(loaded: Any, place: str) -> Row:
    if not isinstance(loaded, dict):
        raise Refused(f"{place}: an object was expected")
    cells = {}
    for key, value in loaded.items():
        if isinstance(value, dict | list):
            raise Refused(f"{place}: {key} must be a text, a number, true or false")
        cells[key] = "" if value is None else _text(value)
    return cells


def _text(value: str | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _read_csv(path: Path, kind: str) -> list[Draft]:
    try:
        rows = parse_csv(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Refused(f"{path}: not UTF-8 at byte {error.start}") from None
    except Exception as error:  # csv.Error has no common base with ValueError and OSError
        raise Refused(f"{path}: {error}") from None
    found: list[Draft] = []
    for line, row in enumerate(rows, 2):
        parts: dict[str, Row] = {kind: {}, "participant": {}, "source": {}}
        for name, value in row.items():
            thing, _, rest = name.partition(".")
            if thing not in parts or not rest:
                raise Refused(
                    f"{path}:1: {name!r} must begin with {', '.join(f'{one}.' for one in parts)}"
                )
            if value:
                parts[thing][rest] = value
        if parts[kind]:
            found.append(Draft(kind, parts[kind], place=f"{path}:{line}"))
        if not found:
            raise Refused(f"{path}:{line}: the first row has nothing of the {kind}")
        if parts["participant"]:
            found[-1].participants.append(parts["participant"])
        if parts["source"] and kind != "source":
            found[-1].sources.append(parts["source"])
    if not found:
        raise Refused(f"{path}: no row")
    return found
