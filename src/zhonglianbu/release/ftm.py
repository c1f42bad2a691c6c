"""Entities of FollowTheMoney, one JSON object a line, as its tools and OpenSanctions read them.

People, organizations, posts (Position), tenures (Occupancy), relations (UnknownLink) and contacts
(Event, with all that took part ``involved``). Each entity carries the addresses of its sources.
Dates that are wider than a year have no counterpart there and are left out.
"""

from __future__ import annotations

import json

from ..package import JSON
from .base import Format, Release

#: Kinds of organizations that have a schema of their own; all others are Organization.
SCHEMAS = {
    "company": "Company",
    **dict.fromkeys(
        ("government", "ministry", "parliament", "local-government", "embassy", "military"),
        "PublicBody",
    ),
}
#: Codes of countries where FollowTheMoney's differs from ISO alpha-2 in lower case.
COUNTRIES = {"SUN": "suhh", "DDR": "dd", "YUG": "yucs", "CSK": "cshh", "XKX": "xk"}

#: For each schema its query: ``id``, then properties by name. A list has several values.
ENTITIES = {
    "Person": """
        SELECT p.person_id AS id, p.name_en AS name,
            list_concat([p.name_zh, p.name_native, p.pinyin], n.alias) AS alias,
            p.birth_date AS birthDate, p.death_date AS deathDate, i.wikidataId,
            p.note AS notes, s.sourceUrl
        FROM people AS p LEFT JOIN aliases AS n ON n.id = p.person_id
        LEFT JOIN cited AS s ON s.id = p.person_id
        LEFT JOIN wikidata AS i ON i.id = p.person_id ORDER BY p.person_id""",
    "Organization": """
        SELECT o.organization_id AS id, o.name_en AS name, o.kind AS classification,
            list_concat([o.name_zh, o.name_native], n.alias) AS alias, o.abbreviation AS weakAlias,
            o.country_id AS country, o.parent_id AS parent, o.start_date AS incorporationDate,
            o.end_date AS dissolutionDate, o.website, o.remit AS description, o.note AS notes,
            CASE WHEN o.kind = 'party' THEN 'pol.party' END AS topics, i.wikidataId, s.sourceUrl
        FROM organizations AS o LEFT JOIN aliases AS n ON n.id = o.organization_id
        LEFT JOIN cited AS s ON s.id = o.organization_id
        LEFT JOIN wikidata AS i ON i.id = o.organization_id ORDER BY o.organization_id""",
    "Position": """
        SELECT p.post_id AS id, p.title_en AS name, p.title_zh AS alias,
            p.organization_id AS organization, CAST(p.seats AS VARCHAR) AS numberOfSeats,
            p.start_date AS inceptionDate, p.end_date AS dissolutionDate, o.country_id AS country,
            p.note AS notes, s.sourceUrl
        FROM posts AS p JOIN organizations AS o USING (organization_id)
        LEFT JOIN cited AS s ON s.id = p.post_id ORDER BY p.post_id""",
    "Occupancy": """
        SELECT t.tenure_id AS id, t.person_id AS holder, t.post_id AS post,
            t.start_date AS startDate, t.end_date AS endDate,
            CASE t.end_status WHEN 'ongoing' THEN 'current' WHEN 'ended' THEN 'ended'
                ELSE 'unknown' END AS status,
            t.note AS description, s.sourceUrl
        FROM tenures AS t LEFT JOIN cited AS s ON s.id = t.tenure_id ORDER BY t.tenure_id""",
    "UnknownLink": """
        SELECT r.relation_id AS id, r.from_id AS subject, r.to_id AS object, r.kind AS role,
            r.start_date AS startDate, r.end_date AS endDate, r.note AS description, s.sourceUrl
        FROM relations AS r LEFT JOIN cited AS s ON s.id = r.relation_id ORDER BY r.relation_id""",
    "Event": """
        SELECT c.contact_id AS id, c.title AS name, c.kind AS keywords, c.start_date AS startDate,
            c.end_date AS endDate, concat_ws(', ', c.place, l.name_en) AS location,
            list_concat([c.country_id], p.country) AS country, p.involved, c.note AS notes,
            s.sourceUrl
        FROM contacts AS c LEFT JOIN countries AS l USING (country_id)
        LEFT JOIN present AS p ON p.id = c.contact_id
        LEFT JOIN cited AS s ON s.id = c.contact_id ORDER BY c.contact_id""",
}
NESTED = """
WITH cited AS (
    SELECT c.subject_id AS id, list(DISTINCT d.url ORDER BY d.url) AS sourceUrl
    FROM citations AS c JOIN sources AS d USING (source_id)
    WHERE c.stance = 'supports' AND d.url IS NOT NULL GROUP BY c.subject_id),
aliases AS (
    SELECT subject_id AS id, list(name ORDER BY name) AS alias FROM names GROUP BY subject_id),
wikidata AS (
    SELECT subject_id AS id, list(value ORDER BY value) AS wikidataId
    FROM identifiers WHERE scheme = 'wikidata' GROUP BY subject_id),
present AS (
    SELECT contact_id AS id, list(country_id ORDER BY seq) AS country,
        list(organization_id ORDER BY seq) || list(person_id ORDER BY seq) AS involved
    FROM participants GROUP BY contact_id)
"""


def write(release: Release) -> None:
    countries = {
        row["country_id"]: COUNTRIES.get(row["country_id"], row.get("iso2", "").lower())
        for row in release.dicts("countries")
    }
    with (release.target / "entities.ftm.json").open("w", encoding="utf-8") as file:
        for schema, query in ENTITIES.items():
            for row in release.dicts(NESTED + query):
                line = json.dumps(entity(schema, row, countries), ensure_ascii=False)
                file.write(line + "\n")


def entity(schema: str, row: JSON, countries: dict[str, str]) -> JSON:
    """One entity: each property a list of values, none twice, in the order of the tables."""
    identity = row.pop("id")
    if schema == "Organization":
        schema = SCHEMAS.get(row["classification"], schema)
    properties = {}
    for name, value in row.items():
        values = [one for one in (value if isinstance(value, list) else [value]) if one]
        if name == "country":
            values = [countries[one] for one in values]
        elif name.endswith("Date"):
            values = [one.rstrip("~?%") for one in values if "X" not in one]
        if values:
            properties[name] = list(dict.fromkeys(values))
    return {"id": identity, "schema": schema, "properties": properties}


FORMAT = Format(
    "followthemoney", "Entities of FollowTheMoney", {".json": "application/x-ndjson"}, write
)
