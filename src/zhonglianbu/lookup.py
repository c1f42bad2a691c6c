"""Search by name: Chinese, pinyin or Latin letters, with accents or without."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from .package import Package

#: Letters that do not come apart into a plain one and an accent.
_LETTERS = str.maketrans(
    {
        "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th",
        "ə": "e", "ŋ": "n", "ħ": "h", "ŧ": "t",
    }
)  # fmt: skip
#: Fields in which something is named, the one that it is shown by first.
FIELDS = {
    "organizations": ("name_en", "name_zh", "name_native", "abbreviation"),
    "people": ("name_en", "name_zh", "name_native", "pinyin"),
    "countries": ("name_en", "name_zh", "country_id", "iso2"),
    "series": ("name_en", "name_zh"),
    "posts": ("title_en", "title_zh"),
    "events": ("title",),
    "contacts": ("title",),
    "sources": ("title",),
}


@dataclass(frozen=True, order=True)
class Hit:
    """Something found: the better the lower its ``rank``.

    Attributes:
        rank: 0 the name is the query, 1 it begins with it, 2 a word does, 3 it holds it somewhere.
        table: where it stands.
        id: its id.
        label: what it is usually called.
        name: the name that met the query.
    """

    rank: int
    table: str
    id: str
    label: str
    name: str


def search(package: Package, query: str, table: str | None = None) -> list[Hit]:
    """All that has a name with every word of the query, the best first.

    Raises:
        ValueError: the query has no letter or digit.
    """
    words = fold(query).split()
    if not words:
        raise ValueError(f"{query!r} has nothing to search for")
    hits: dict[str, Hit] = {}
    for where, id, label, name in names(package):
        if table is not None and where != table:
            continue
        rank = _rank(words, fold(name))
        if rank is not None and (id not in hits or rank < hits[id].rank):
            hits[id] = Hit(rank, where, id, label, name)
    order = list(FIELDS)
    return sorted(
        hits.values(),
        key=lambda hit: (hit.rank, order.index(hit.table), len(hit.name), hit.name, hit.id),
    )


def fold(text: str) -> str:
    """A text without accents, case and punctuation, words parted by one space."""
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    plain = re.sub("['’‘ʻʼ`·・•]", "", plain)  # within a word: Xi'an, 奥巴马·贝拉克
    return re.sub(r"[\W_]+", " ", plain).strip()


def _rank(words: list[str], name: str) -> int | None:
    query, tight = " ".join(words), "".join(words)
    squeezed = name.replace(" ", "")
    if query == name or tight == squeezed:
        return 0
    if name.startswith(query) or squeezed.startswith(tight):
        return 1
    there = name.split()
    if all(any(one.startswith(word) for one in there) for word in words):
        return 2
    if all(word in name for word in words):
        return 3
    return None


def names(package: Package) -> Iterator[tuple[str, str, str, str]]:
    """Every name as (table, id, label, name)."""
    labels: dict[str, tuple[str, str]] = {}
    for table, fields in FIELDS.items():
        key = package[table].primary_key[0]
        for row in package[table].rows():
            labels[row[key]] = (table, row[fields[0]])
            for field in fields:
                if row[field]:
                    yield table, row[key], row[fields[0]], row[field]
    for row in package["names"].rows():
        if row["subject_id"] in labels:
            table, label = labels[row["subject_id"]]
            yield table, row["subject_id"], label, row["name"]
