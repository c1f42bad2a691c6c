"""A draft from questions on a terminal: fields explained by their schemas, ids searched for."""

from __future__ import annotations

from collections.abc import Callable

from . import lookup
from .adding import fault
from .drafts import CITES, KINDS, LOCATOR, NONE, Draft
from .package import JSON, Package, Resource
from .pages import page

#: How many proposals are shown.
_MOST = 9
#: Fields that are filled by the program, or by what was answered before.
_FILLED = {
    "contacts": ("contact_id",),
    "participants": ("contact_id", "seq", "side"),
    "organizations": ("organization_id",),
    "people": ("person_id",),
    "sources": ("source_id", "url"),
}


class Interview:
    """Asks for one draft.

    Args:
        answer: gives the answer to a prompt, as ``input`` does.
        say: shows a line.
    """

    def __init__(
        self,
        package: Package,
        answer: Callable[[str], str] = input,
        say: Callable[[str], None] = print,
    ):
        self.package = package
        self.answer = answer
        self.say = say

    def draft(self, kind: str) -> Draft:
        """Ask for everything that a draft of this kind has.

        Raises:
            EOFError: there are no more answers.
        """
        table = self.package[KINDS[kind][0]]
        self.say("Enter leaves a field blank: unknown is blank, and only what a page says goes in.")
        if kind == "source":
            cells = self.source()
            cells[CITES] = self._until("the id of the row that it is cited for: ", bool)
            return Draft(kind, cells)
        draft = Draft(kind, self.fields(table))
        if kind == "organization" and draft.cells.get("kind") == "party":
            draft.cells |= self.fields(self.package["parties"], ("organization_id", "note"))
        if kind == "contact":
            for side in self.package["participants"].field("side")["constraints"]["enum"]:
                self._side(draft, side)
        draft.sources.append(self.source())
        while self._yes("another source?"):
            draft.sources.append(self.source())
        return draft

    def _side(self, draft: Draft, side: str) -> None:
        table = self.package["participants"]
        while True:
            of_side = sum(one["side"] == side for one in draft.participants)
            self.say(f"-- participant {of_side + 1} of side {side}")
            draft.participants.append({"side": side} | self.fields(table))
            if not self._yes(f"another participant of side {side}?"):
                return

    def source(self) -> dict[str, str]:
        """The cells of a source; of one that is known only where in it the fact stands."""
        table = self.package["sources"]
        cells = {"url": self._field(table.field("url"))}
        known = [
            row
            for row in table.rows()
            if cells["url"] and row["url"] and page(row["url"]) == page(cells["url"])
        ]
        if known:
            self.say(f"that page is known: {known[0]['source_id']}, {known[0]['title']}")
        else:
            cells |= self.fields(table)
        cells[LOCATOR] = self._field(self.package["citations"].field("locator"))
        return {name: value for name, value in cells.items() if value}

    def fields(self, table: Resource, skip: tuple[str, ...] | None = None) -> dict[str, str]:
        """Answers for a table's fields, those left blank apart."""
        skip = _FILLED[table.name] if skip is None else skip
        targets = {fields[0]: target for fields, target, _ in table.foreign_keys}
        cells: dict[str, str] = {}
        for field in table.fields:
            name = field["name"]
            if name in skip:
                continue
            if targets.get(name) in lookup.FIELDS:
                hint = cells.get("person_name", "") if name == "person_id" else ""
                value = self._thing(field, targets[name], hint)
            else:
                value = self._field(field)
            if value:
                cells[name] = value
        return cells

    def _field(self, field: JSON) -> str:
        limits = field.get("constraints", {})
        choice = limits.get("enum") or (["true", "false"] if field["type"] == "boolean" else [])
        about = f"one of {', '.join(choice)}" if choice else f"such as {field['example']}"
        # what the program fills by itself may stay blank
        usual = field["name"] in ("in_statistics", "is_head", "capacity", "partyfacts_match")
        needed = limits.get("required", False) and not usual
        blank = "" if needed else f"; blank: {field.get('blank', 'as usual')}"
        self.say(f"{field['title']}: {field['description']} ({about}{blank})")

        def sound(value: str) -> bool:
            wrong = fault(field, value) or ("it is needed" if needed and not value else None)
            if wrong:
                self.say(f"  {wrong}")
            return not wrong

        return self._until(f"{field['name']}> ", sound)

    def _thing(self, field: JSON, table: str, hint: str) -> str:
        """An id found by name; what stands for nothing yet is asked again."""
        blank = field.get("blank", "never")
        self.say(f"{field['title']}: {field['description']} (id or name; blank: {blank})")
        query = hint
        while True:
            if not query:
                query = self.answer(f"{field['name']}> ").strip()
                if not query:
                    return NONE if hint else ""
            if any(
                row[self.package[table].primary_key[0]] == query
                for row in self.package[table].rows()
            ):
                return query
            try:
                hits = lookup.search(self.package, query, table)[:_MOST]
            except ValueError:
                hits = []
            if not hits:
                self.say(f"  nothing in {table} is called {query!r}")
            for number, hit in enumerate(hits, 1):
                self.say(f"  {number} {hit.id} ({hit.label})")
            if not hits:
                query = ""
                if hint:
                    return NONE
                continue
            chosen = self.answer("number, another name, or Enter for none> ").strip()
            if not chosen:
                return NONE
            if chosen.isdigit() and 1 <= int(chosen) <= len(hits):
                return hits[int(chosen) - 1].id
            query = chosen

    def _until(self, prompt: str, sound: Callable[[str], bool]) -> str:
        while True:
            value = self.answer(prompt).strip()
            if sound(value):
                return value

    def _yes(self, question: str) -> bool:
        return self.answer(f"{question} [y/N] ").strip().lower().startswith("y")
