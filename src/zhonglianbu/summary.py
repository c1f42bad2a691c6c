"""The figures of a package: what the README and the build say of it, counted from the data."""

from __future__ import annotations

from .package import Package


def figures(package: Package) -> dict[str, int]:
    """Count what the package holds.

    Keys: tables, rows, contacts (in statistics), records (all contacts), countries (with a
    foreign participant), parties (that took part in a contact), officials (of the department, by
    name, in contacts), heads, sources, citations.
    """
    rows = {table.name: table.rows() for table in package.tables}
    counted = {row["contact_id"] for row in rows["contacts"] if row["in_statistics"] == "true"}
    taking_part = [row for row in rows["participants"] if row["contact_id"] in counted]
    foreign = [row for row in taking_part if row["side"] == "foreign"]
    parties = {row["organization_id"] for row in rows["parties"]}
    parents = {row["organization_id"]: row["parent_id"] for row in rows["organizations"]}
    acted = {row["organization_id"] for row in foreign}
    met = {one for org in acted for one in (org, parents.get(org, "")) if one in parties}
    return {
        "tables": len(rows),
        "rows": sum(len(table) for table in rows.values()),
        "contacts": len(counted),
        "records": len(rows["contacts"]),
        "countries": len({row["country_id"] for row in foreign} - {""}),
        "parties": len(met),
        "officials": len({row["person_id"] for row in taking_part if row["side"] == "cpc"} - {""}),
        "heads": len({row["person_id"] for row in rows["tenures"] if row["post_id"] == "ild-head"}),
        "sources": len(rows["sources"]),
        "citations": len(rows["citations"]),
    }
