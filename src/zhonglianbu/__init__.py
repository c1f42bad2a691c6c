"""Open, versioned, fully sourced data on the International Department of the CPC Central Committee.

>>> import zhonglianbu
>>> contacts = zhonglianbu.load("contacts", to="rows")
>>> {row["in_statistics"] for row in contacts} <= {True, False}
True

``load`` gives a table, ``connect`` a database, ``resolve`` follows an id through merges, ``cite``
names the sources of a row, ``panel`` gives countries or parties by year. ``version`` and ``as_of``
are those of the data. The command ``zhonglianbu`` shows and searches the same.
"""

from __future__ import annotations

from typing import Any

from .loader import Data, UnknownName, WithdrawnId
from .package import PackageError

__all__ = [
    "Data",
    "PackageError",
    "UnknownName",
    "WithdrawnId",
    "as_of",
    "cite",
    "connect",
    "load",
    "panel",
    "resolve",
    "row",
    "search",
    "tables",
    "version",
]

_data = Data()
load = _data.load
connect = _data.connect
resolve = _data.resolve
row = _data.row
cite = _data.cite
panel = _data.panel
search = _data.search

#: Version of the data, its day, and the title of each table; read when first asked for.
version: str
as_of: str
tables: dict[str, str]


def __getattr__(name: str) -> Any:
    if name in ("version", "as_of", "tables"):
        return getattr(_data, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
