"""Each table and view as Parquet: typed, in the order of the CSV, with its content hash."""

from __future__ import annotations

from ..gate.tables import quote, text
from .base import Format, Release


def write(release: Release) -> None:
    (release.target / "parquet").mkdir()
    for table in (*release.tables, *release.views):
        path = release.target / "parquet" / f"{table.name}.parquet"
        release.database.execute(
            f"COPY {quote(table.name)} TO {text(str(path))} (FORMAT parquet, COMPRESSION zstd, "
            f"KV_METADATA {{title: {text(table.title)}, version: {text(release.about['version'])}, "
            f"sha256: {text(release.content_hash(table))}}})"
        )


FORMAT = Format(
    "parquet",
    "Apache Parquet, typed",
    {".parquet": "application/vnd.apache.parquet"},
    write,
)
