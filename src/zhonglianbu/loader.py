"""The data as Python objects, with nothing but the standard library.

pandas, polars and DuckDB are used where they are installed and asked for.
"""

from __future__ import annotations

import difflib
import functools
import importlib.util
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from . import dates, views
from .lookup import Hit, search
from .package import Package, PackageError, Resource
from .panels import join_table

if TYPE_CHECKING:
    import duckdb
    import pandas
    import polars

Value = str | int | float | bool | date | None
Row = dict[str, Value]
Form = Literal["pandas", "polars", "rows"]

_SQLITE = {"string": "TEXT", "integer": "INTEGER", "boolean": "INTEGER", "date": "TEXT"}
_DUCKDB = {"string": "VARCHAR", "integer": "BIGINT", "boolean": "BOOLEAN", "date": "DATE"}
_PANDAS = {
    "string": "string",
    "integer": "Int64",
    "number": "Float64",
    "boolean": "boolean",
    "date": "datetime64[s]",
}


class UnknownName(LookupError):
    """No table, view or id has this name; the message has the nearest ones."""


class WithdrawnId(LookupError):
    """The id was withdrawn; the message says why."""


class Data:
    """A data package in a folder: that of this installation, or a release downloaded elsewhere.

    >>> from zhonglianbu import Data
    >>> data = Data()
    >>> data.version.count(".")
    2

    Args:
        folder: a folder with a ``datapackage.json``; without it the data that came with this
            installation.

    Raises:
        PackageError: there is no package.
    """

    def __init__(self, folder: Path | str | None = None):
        self._folder = Path(folder) if folder is not None else None

    @functools.cached_property
    def package(self) -> Package:
        """The package as files: descriptor, schemas, paths."""
        return Package(self._folder or _inside())

    @property
    def version(self) -> str:
        """Version of the data."""
        return self.package.version

    @property
    def as_of(self) -> str:
        """The day of the data: nothing later is in them."""
        return str(self.package.descriptor["as_of"])

    @functools.cached_property
    def tables(self) -> dict[str, str]:
        """Name and title of each table and of each view, which is a table derived from them.

        >>> import zhonglianbu
        >>> zhonglianbu.tables["contacts"]
        'Contacts'
        """
        own = {table.name: str(table.meta["title"]) for table in self.package.tables}
        return own | {view.name: view.title for view in views.read_all()}

    @overload
    def load(self, name: str, to: Literal["rows"]) -> list[Row]: ...
    @overload
    def load(self, name: str, to: Literal["pandas"]) -> pandas.DataFrame: ...
    @overload
    def load(self, name: str, to: Literal["polars"]) -> polars.DataFrame: ...
    @overload
    def load(self, name: str, to: None = None) -> Any: ...
    def load(self, name: str, to: Form | None = None) -> Any:
        """A table or view with its types: text, whole numbers, booleans, days.

        Blank cells are missing values; Namibia's code ``NA`` is a text. A date such as ``2019-04``
        stays the text that it is, and ``start_date_min`` and ``start_date_max`` are the first and
        the last day that it can mean.

        >>> import zhonglianbu
        >>> head = zhonglianbu.load("countries", to="rows")[0]
        >>> head["country_id"], head["name_en"]
        ('ABW', 'Aruba')

        Args:
            name: one of ``tables``.
            to: ``pandas``, ``polars`` or ``rows`` (a list of dicts); without it the first of these
                that is installed.

        Raises:
            UnknownName: there is no such table.
            ImportError: what was asked for is not installed.
        """
        columns = self.columns(name)
        if name in {table.name for table in self.package.tables}:
            rows = list(self._rows(self.package[name]))
        else:
            found = self._sqlite().execute(f'SELECT * FROM "{name}"').fetchall()
            rows = [
                tuple(_from_sqlite(*cell) for cell in zip(row, columns.values(), strict=True))
                for row in found
            ]
        return _in_form(columns, rows, to)

    @overload
    def connect(self, engine: Literal["sqlite"] = "sqlite") -> sqlite3.Connection: ...
    @overload
    def connect(self, engine: Literal["duckdb"]) -> duckdb.DuckDBPyConnection: ...
    def connect(self, engine: str = "sqlite") -> Any:
        """A database with every table and view, read-only.

        >>> import zhonglianbu
        >>> with zhonglianbu.connect() as database:
        ...     database.execute("SELECT name_en FROM heads_on ORDER BY first_day_min").fetchone()
        ('Wang Jiaxiang',)

        Args:
            engine: ``sqlite``, of the standard library, where booleans are 0 and 1 and days ISO
                text; or ``duckdb``.

        Raises:
            ImportError: DuckDB is asked for and not installed.
            ValueError: no such engine.
        """
        if engine == "sqlite":
            return self._sqlite()
        if engine == "duckdb":
            return self._duckdb()
        raise ValueError(f"engine is {engine!r}: sqlite or duckdb")

    def resolve(self, id: str) -> str:
        """The id in use for one that was ever given: itself, or its successor after a merge.

        >>> import zhonglianbu
        >>> zhonglianbu.resolve("ild")
        'ild'

        Raises:
            UnknownName: the id was never given.
            WithdrawnId: it was withdrawn.
        """
        if id not in self._ids:
            raise UnknownName(f"{id!r} is no id{_nearest(id, self._ids)}")
        row = self._ids[id]
        while row["status"] == "merged":
            row = self._ids[row["replaced_by"]]
        if row["status"] == "withdrawn":
            raise WithdrawnId(f"{row['id']} was withdrawn: {row['reason']}")
        return row["id"]

    def row(self, id: str) -> tuple[str, Row]:
        """The table and the row of an id, after :meth:`resolve`.

        >>> import zhonglianbu
        >>> table, row = zhonglianbu.row("geng-biao")
        >>> table, row["name_zh"]
        ('people', '耿飚')
        """
        id = self.resolve(id)
        for table in self.package.tables:
            if not table.own_id:
                continue
            for row in self._rows(table):
                if row[0] == id:
                    return table.name, dict(zip(self.columns(table.name), row, strict=True))
        raise PackageError(f"{id} is active but has no row: the package is not valid")

    def search(self, query: str, table: str | None = None) -> list[Hit]:
        """All that has a name with every word of the query, the best first.

        >>> import zhonglianbu
        >>> {zhonglianbu.search(name)[0].id for name in ("耿飚", "Gěng Biāo", "gengbiao")}
        {'geng-biao'}

        Args:
            query: Chinese, pinyin or Latin letters; accents, case and hyphens do not count.
            table: only what stands in this table.

        Raises:
            ValueError: the query has no letter or digit.
        """
        return search(self.package, query, table)

    def cite(self, id: str | None = None) -> str:
        """What a row rests on, a source a line; without an id how to cite the data themselves.

        >>> import zhonglianbu
        >>> print(zhonglianbu.cite("tn-geng-biao-ild-head"))  # doctest: +ELLIPSIS
        tn-geng-biao-ild-head ...
          supports ...

        Raises:
            UnknownName, WithdrawnId: see :meth:`resolve`.
        """
        if id is None:
            meta = self.package.descriptor
            return (
                f"{meta['contributors'][0]['title']} ({self.as_of[:4]}). {meta['title']}, "
                f"version {self.version}. {meta['licenses'][0]['name']}."
            )
        table, row = self.row(id)
        key = str(next(iter(row.values())))
        merged = f" (after {id})" if key != id else ""
        found = self._sqlite().execute(
            "SELECT c.stance, c.field, c.value_as_stated, c.locator, s.* FROM citations AS c "
            "JOIN sources AS s USING (source_id) WHERE c.subject_id = ? "
            "ORDER BY c.field, c.stance DESC, s.published, s.source_id",
            (key,),
        )
        names = [column[0] for column in found.description]
        lines = [f"{key} in {table}{merged}"]
        lines += [f"  {_citation(dict(zip(names, one, strict=True)))}" for one in found.fetchall()]
        return "\n".join(lines if len(lines) > 1 else [*lines, "  nothing of its own is cited"])

    @overload
    def panel(
        self,
        by: Literal["country", "party"],
        join: Any = None,
        on: Mapping[str, str] | None = None,
        *,
        to: Literal["rows"],
    ) -> list[Row]: ...
    @overload
    def panel(
        self,
        by: Literal["country", "party"] = "country",
        join: Any = None,
        on: Mapping[str, str] | None = None,
        to: Form | None = None,
    ) -> Any: ...
    def panel(
        self,
        by: str = "country",
        join: Any = None,
        on: Mapping[str, str] | None = None,
        to: Form | None = None,
    ) -> Any:
        """Countries by year or parties by year, with a table of yours joined.

        A count is missing, not zero, where nothing was found and the year was not searched as a
        whole; ``coverage`` says which. Every row of the panel stays, with missing values where
        yours has none; rows in which the country or party did not exist are not joined.

        >>> import zhonglianbu
        >>> regimes = [{"iso3": "AGO", "year": 2023, "regime": 1}]
        >>> rows = zhonglianbu.panel("country", join=regimes, to="rows")
        >>> [row["regime"] for row in rows if row["country_id"] == "AGO" and row["year"] == 2023]
        [1]

        Args:
            by: ``country`` or ``party``.
            join: a CSV file, a data frame or rows, with at most one row a country (or party) and
                year.
            on: columns of yours with those of the panel, as ``{"ccode": "cow", "year": "year"}``;
                without it they are known by usual names of ISO alpha-3, COW, Party Facts and year.
            to: as in :meth:`load`.

        Raises:
            ValueError: no such panel, or the table cannot be joined; the message says why.
        """
        if by not in ("country", "party"):
            raise ValueError(f"by is {by!r}: country or party")
        name = f"{by}_year"
        columns = self.columns(name)
        rows: list[Row] = self.load(name, to="rows")
        if join is not None:
            columns, rows = join_table(columns, rows, join, on)
        return _in_form(columns, [tuple(row.values()) for row in rows], to)

    @functools.cached_property
    def _ids(self) -> dict[str, dict[str, str]]:
        return {row["id"]: row for row in self.package["ids"].checked_rows()}

    def columns(self, name: str) -> dict[str, str]:
        """Columns of a table or view with their types, bounds of dates included."""
        for view in views.read_all():
            if view.name == name:
                return {field["name"]: field["type"] for field in view.fields}
        for table in self.package.tables:
            if table.name == name:
                columns = {}
                for field in table.fields:
                    columns[field["name"]] = str(field["type"])
                    if _is_date(field):
                        columns |= {f"{field['name']}_{end}": "date" for end in ("min", "max")}
                return columns
        raise UnknownName(f"{name!r} is no table{_nearest(name, self.tables)}")

    def _rows(self, table: Resource) -> Iterator[tuple[Value, ...]]:
        """The rows of a table with the types of :meth:`columns`, in the order of the file."""
        fields = [(field["name"], str(field["type"]), _is_date(field)) for field in table.fields]
        for cells in table.checked_rows():
            row: list[Value] = []
            for name, kind, dated in fields:
                text = cells[name]
                row.append(_typed(text, kind))
                if dated:
                    row += dates.bounds(text) if text else (None, None)
            yield tuple(row)

    def _sqlite(self) -> sqlite3.Connection:
        """A fresh connection to a copy in memory, which is made once."""
        connection = sqlite3.connect(":memory:")
        connection.deserialize(self._image)
        connection.execute("PRAGMA query_only = ON")
        return connection

    @functools.cached_property
    def _image(self) -> bytes:
        connection = sqlite3.connect(":memory:")
        for table in self.package.tables:
            columns = self.columns(table.name)
            declared = ", ".join(f'"{name}" {_SQLITE[kind]}' for name, kind in columns.items())
            key = ", ".join(f'"{name}"' for name in table.primary_key)
            connection.execute(f'CREATE TABLE "{table.name}" ({declared}, PRIMARY KEY ({key}))')
            marks = ", ".join("?" * len(columns))
            connection.executemany(
                f'INSERT INTO "{table.name}" VALUES ({marks})',
                (tuple(map(_to_sqlite, row)) for row in self._rows(table)),
            )
            for fields, _, _ in table.foreign_keys:
                if fields != table.primary_key:
                    connection.execute(
                        f'CREATE INDEX "{table.name}_{fields[0]}" ON "{table.name}" ("{fields[0]}")'
                    )
        connection.execute(
            "CREATE TABLE about (name TEXT, title TEXT, version TEXT, as_of TEXT, license TEXT)"
        )
        connection.execute("INSERT INTO about VALUES (?, ?, ?, ?, ?)", self._about)
        for view in views.read_all():
            connection.execute(view.create)
        connection.commit()
        return connection.serialize()

    def _duckdb(self) -> duckdb.DuckDBPyConnection:
        """The tables in a file of its own, since DuckDB opens only files read-only."""
        import duckdb

        folder = tempfile.TemporaryDirectory(prefix="zhonglianbu-")
        path = str(Path(folder.name) / "zhonglianbu.duckdb")
        with duckdb.connect(path) as database:
            database.execute(dates.SQL_MACROS)
            for table in self.package.tables:
                names = dict.fromkeys(table.field_names, "VARCHAR")
                columns = []
                for name, kind in self.columns(table.name).items():
                    source = f'CAST("{name}" AS {_DUCKDB[kind]})'
                    if name not in names:
                        end = name[-3:]
                        source = f'edtf_{end}("{name.removesuffix(f"_{end}")}")'
                    columns.append(f'{source} AS "{name}"')
                database.execute(
                    f'CREATE TABLE "{table.name}" AS SELECT {", ".join(columns)} FROM '
                    "read_csv(?, header = true, delim = ',', quote = '\"', escape = '\"', "
                    f"nullstr = '', auto_detect = false, columns = {names})",
                    [str(table.path)],
                )
            database.execute(
                "CREATE TABLE about AS SELECT ? AS name, ? AS title, ? AS version, "
                "CAST(? AS DATE) AS as_of, ? AS license",
                self._about,
            )
            for view in views.read_all():
                database.execute(view.create)
        connection = duckdb.connect(path, read_only=True)
        _KEPT.append(folder)
        return connection

    @property
    def _about(self) -> list[str]:
        meta = self.package.descriptor
        licence = meta["licenses"][0]["name"]
        return [meta["name"], meta["title"], self.version, self.as_of, licence]


#: Folders of databases, which must stay as long as they may be open: until Python ends.
_KEPT: list[tempfile.TemporaryDirectory[str]] = []


def _inside() -> Path:
    """Where the data of this installation are: in the package, or in the tree it is built from."""
    installed = Path(__file__).parent / "package"
    tree = Path(__file__).parents[2]
    return installed if installed.is_dir() else tree


def _is_date(field: Mapping[str, Any]) -> bool:
    return bool(field.get("constraints", {}).get("pattern") == dates.PATTERN)


def _typed(text: str, kind: str) -> Value:
    if not text:
        return None
    if kind == "integer":
        return int(text)
    return text == "true" if kind == "boolean" else text


def _to_sqlite(value: Value) -> Value:
    return value.isoformat() if isinstance(value, date) else value


def _from_sqlite(value: Any, kind: str) -> Value:
    if value is None:
        return None
    if kind == "boolean":
        return bool(value)
    return date.fromisoformat(value) if kind == "date" else value


def _in_form(columns: dict[str, str], rows: list[tuple[Value, ...]], to: Form | None) -> Any:
    """Rows as what was asked for, or else as what is installed."""
    if to is None:
        installed = [one for one in ("pandas", "polars") if importlib.util.find_spec(one)]
        to = "pandas" if "pandas" in installed else "polars" if installed else "rows"
    if to == "rows":
        return [dict(zip(columns, row, strict=True)) for row in rows]
    if to == "pandas":
        import pandas

        cells = list(zip(*rows, strict=True)) or [()] * len(columns)
        return pandas.DataFrame(
            {
                name: pandas.Series(list(column), dtype=_PANDAS[kind])
                for (name, kind), column in zip(columns.items(), cells, strict=True)
            }
        )
    if to == "polars":
        import polars

        types = {
            "string": polars.String,
            "integer": polars.Int64,
            "number": polars.Float64,
            "boolean": polars.Boolean,
            "date": polars.Date,
        }
        schema = {name: types[kind] for name, kind in columns.items()}
        return polars.DataFrame(rows, schema=schema, orient="row")
    raise ValueError(f"to is {to!r}: pandas, polars or rows")


def _nearest(name: str, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    if near:
        return f": did you mean {' or '.join(near)}?"
    return f": one of {', '.join(known)}" if len(known) < 100 else ""


def _citation(row: Mapping[str, str | None]) -> str:
    """One source as a line: what it says of which field, who published it, when and where."""
    field = f" {row['field']}" if row["field"] else ""
    value = f" {row['value_as_stated']!r}" if row["value_as_stated"] else ""
    parts = [row["author"], row["title"], row["publisher"], row["published"], row["locator"]]
    said = ", ".join(part for part in parts if part)
    url = f" {row['url']}" if row["url"] else ""
    return f"{row['stance']}{field}{value}: {said}.{url} [{row['source_id']}]"
