"""Floors: how many ids each table had for each country when the last version was released.

``rules/floors.csv`` holds them: ``resource``; ``country_id``, blank for all rows together; ``ids``,
the ids in the first column of the key; ``gone``, how many ids of their type had been merged or
withdrawn by then; ``version``. ``scripts/floors.py`` writes it; the rule ``counts-floor`` reads it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..package import Package, Resource, write_csv
from .tables import ask, literal, loaded, quote, text

FILE = "floors.csv"
COLUMNS = ["resource", "country_id", "ids", "gone", "version"]


def views(package: Package, folder: Path, sound: Iterable[str]) -> dict[str, str]:
    """SQL of what the rule asks: ``_floor``, ``_count`` and ``_kind``.

    ``_floor`` has the columns of the file, of the ``sound`` tables; ``_count(resource, country_id,
    ids)`` counts the rows as they are, ``_kind(resource, entity_type)`` says of what type the ids
    are that are counted.
    """
    counts, kinds = [], []
    for table in package.tables:
        label, name = text(table.name), quote(table.name)
        country = _country(table)
        number = f"count(DISTINCT {quote(table.primary_key[0])})"
        if len(table.primary_key) == 1:
            number = "count(*)"
        counts.append(f"SELECT {label}, NULL, {number} FROM {name}")
        if country:
            counts.append(
                f"SELECT {label}, {country}, {number} FROM {name} "
                f"WHERE {country} IS NOT NULL GROUP BY {country}"
            )
        kinds.append(f"SELECT {label}, {text(_entity_type(package, table))}")
    file = folder / FILE
    known = ", ".join(map(text, sound)) or "NULL"
    types = ", ".join(
        f"{text(name)}: '{'BIGINT' if name in ('ids', 'gone') else 'VARCHAR'}'" for name in COLUMNS
    )
    floor = (
        f"SELECT * FROM read_csv({text(literal(file))}, header = true, auto_detect = false, "
        f"delim = ',', columns = {{{types}}}) WHERE resource IN ({known})"
    )
    return {
        f"_floor({', '.join(COLUMNS)})": floor
        if file.exists()
        else "SELECT NULL, NULL, 0, 0, NULL WHERE false",
        "_count(resource, country_id, ids)": " UNION ALL ".join(counts or ["SELECT 0, 0, 0"]),
        "_kind(resource, entity_type)": " UNION ALL ".join(kinds or ["SELECT 0, 0"]),
    }


def floors(package: Package) -> str:
    """The text of ``floors.csv`` for a package that the gate has passed."""
    with loaded(package) as database:
        for name, sql in views(package, package.root / "rules", []).items():
            database.execute(f"CREATE VIEW {name} AS {sql}")
        rows = ask(
            database,
            "SELECT resource, coalesce(country_id, ''), ids::VARCHAR, ("
            "SELECT count(*) FROM ids AS i WHERE i.entity_type = k.entity_type "
            "AND i.status <> 'active')::VARCHAR "
            "FROM _count JOIN _kind AS k USING (resource) ORDER BY ALL",
        )
    return write_csv(COLUMNS, [[*row, package.version] for row in rows])


def _country(table: Resource) -> str | None:
    """The first field that says of which country a row is."""
    for fields, target, _ in table.foreign_keys:
        if target == "countries":
            return quote(fields[0])
    return None


def _entity_type(package: Package, table: Resource) -> str:
    """The type of the ids in the first column of the key: its own, or those of another table."""
    if "entity_type" in table.schema:
        return str(table.schema["entity_type"])
    for fields, target, _ in table.foreign_keys:
        if fields == table.primary_key[:1] and target != table.name and target != "ids":
            return _entity_type(package, package[target])
    return ""
