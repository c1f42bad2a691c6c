"""Dates and names in words, and the words of the interface in Chinese."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup, escape

from ..package import PackageError, read_json

_MONTHS = (  # noqa: SIM905 - one line reads better
    "January February March April May June July August September October November December"
).split()  # fmt: skip
_QUALIFIERS = {"~": "about {}", "?": "{} (uncertain)", "%": "about {} (uncertain)"}


def date(text: str | None) -> str:
    """A date of the profile in words: ``about May 1971``, ``the 1950s``; blank stays blank."""
    if not text:
        return ""
    plain = text.rstrip("~?%")
    if plain.endswith("XX"):
        words = f"between {plain[:2]}00 and {plain[:2]}99"
    elif plain.endswith("X"):
        words = f"the {plain[:3]}0s"
    else:
        parts = plain.split("-")
        month = _MONTHS[int(parts[1]) - 1] if len(parts) > 1 else ""
        day = str(int(parts[2])) if len(parts) > 2 else ""
        words = " ".join(part for part in (day, month, parts[0]) if part)
    return _QUALIFIERS.get(text[-1], "{}").format(words)


def span(start: str | None, end: str | None, unknown: str = "") -> str:
    """From when to when, in words; ``unknown`` stands for an end that is not known."""
    if not start and not end:
        return ""
    if start and end:
        return date(start) if start == end else f"{date(start)} – {date(end)}"
    if start:
        return f"{date(start)} – {unknown}".strip()
    return f"until {date(end)}"


def is_link(address: str | None) -> bool:
    """Whether an address of the data may become a link: of the web, and nothing that runs."""
    return bool(address) and str(address).startswith(("http://", "https://"))


class Words:
    """The interface's words: English in the pages, Chinese beside them for the script.

    ``missing`` collects words of the data's vocabularies without a Chinese one; they stay English.
    """

    def __init__(self, path: Path):
        file = read_json(path)
        self.path = path
        self.interface: dict[str, str] = file["interface"]
        self.codes: dict[str, str] = file["codes"]
        self.used: set[str] = set()

    def __call__(self, english: str) -> Markup:
        """English that the language switch turns into Chinese.

        Raises:
            PackageError: there is no Chinese for it.
        """
        return Markup('<span data-t="{}">{}</span>').format(self.chinese(english), english)

    def chinese(self, english: str) -> str:
        """The Chinese for words of the interface, for attributes."""
        if english not in self.interface:
            raise PackageError(f"{self.path}: no Chinese for {english!r}: add it to «interface»")
        self.used.add(english)
        return self.interface[english]

    def code(self, label: str) -> Markup:
        """The label of a code; those without Chinese stay English."""
        if label in self.codes:
            self.used.add(label)
            return Markup('<span data-t="{}">{}</span>').format(self.codes[label], label)
        return escape(label)
