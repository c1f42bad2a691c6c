"""People, organizations, posts, memberships and events as one nested JSON in Popolo's shape.

Tenures are memberships; contacts and the department's own events are events, with those attending.
Popolo's dates know no doubt and no decade: ``2019~`` is written ``2019``, ``195X`` not at all, and
where that loses something the date of the tables follows as ``start_date_edtf`` and so on.
"""

from __future__ import annotations

import json

from ..package import JSON
from .base import Format, Release

#: For each list of the file its query, whose columns have Popolo's names. A column of JSON text
#: is nested; dates are looked after below.
LISTS = {
    "areas": """
        SELECT country_id AS id, name_en AS name, 'country' AS classification,
            coalesce(iso2, '') AS identifier,
            start_date AS founding_date, end_date AS dissolution_date
        FROM countries ORDER BY country_id""",
    "persons": """
        SELECT p.person_id AS id, p.name_en AS name, p.birth_date, p.death_date,
            p.note AS summary, n.other_names, i.identifiers, s.sources
        FROM people AS p LEFT JOIN other_names AS n ON n.id = p.person_id
        LEFT JOIN outside AS i ON i.id = p.person_id
        LEFT JOIN cited AS s ON s.id = p.person_id ORDER BY p.person_id""",
    "organizations": """
        SELECT o.organization_id AS id, o.name_en AS name, o.kind AS classification,
            o.parent_id, o.country_id AS area_id, o.start_date AS founding_date,
            o.end_date AS dissolution_date, o.remit AS abstract, o.note AS description,
            CASE WHEN o.website IS NOT NULL
                THEN to_json([{'url': o.website, 'note': 'website'}]) END AS links,
            n.other_names, i.identifiers, s.sources
        FROM organizations AS o LEFT JOIN other_names AS n ON n.id = o.organization_id
        LEFT JOIN outside AS i ON i.id = o.organization_id
        LEFT JOIN cited AS s ON s.id = o.organization_id ORDER BY o.organization_id""",
    "posts": """
        SELECT post_id AS id, title_en AS label, rank AS role, organization_id, start_date,
            end_date, s.sources
        FROM posts LEFT JOIN cited AS s ON s.id = post_id ORDER BY post_id""",
    "memberships": """
        SELECT t.tenure_id AS id, t.person_id, p.organization_id, t.post_id, p.title_en AS label,
            CASE WHEN t.acting THEN 'acting ' ELSE '' END || p.rank AS role,
            t.start_date, t.end_date, s.sources
        FROM tenures AS t JOIN posts AS p USING (post_id)
        LEFT JOIN cited AS s ON s.id = t.tenure_id ORDER BY t.tenure_id""",
    "events": """
        SELECT c.contact_id AS id, c.title AS name, c.kind AS classification, c.start_date,
            c.end_date, concat_ws(', ', c.place, l.name_en) AS location, c.note AS description,
            a.attendees, s.sources
        FROM contacts AS c LEFT JOIN countries AS l USING (country_id)
        LEFT JOIN attending AS a ON a.id = c.contact_id
        LEFT JOIN cited AS s ON s.id = c.contact_id
        UNION ALL
        SELECT e.event_id, e.title, e.kind, e.start_date, e.end_date,
            concat_ws(', ', e.place, l.name_en), e.note, NULL, s.sources
        FROM events AS e LEFT JOIN countries AS l USING (country_id)
        LEFT JOIN cited AS s ON s.id = e.event_id
        ORDER BY id""",
}
#: What several lists nest.
NESTED = """
WITH cited AS (
    SELECT c.subject_id AS id, to_json(list(DISTINCT {'url': d.url, 'note': d.title}
        ORDER BY {'url': d.url, 'note': d.title})) AS sources
    FROM citations AS c JOIN sources AS d USING (source_id)
    WHERE c.stance = 'supports' AND d.url IS NOT NULL GROUP BY c.subject_id),
named AS (
    SELECT subject_id AS id, name, language, kind, start_date, end_date FROM names
    UNION ALL SELECT person_id, name_zh, 'zh', 'official', NULL, NULL FROM people
    UNION ALL SELECT person_id, name_native, NULL, 'official', NULL, NULL FROM people
    UNION ALL SELECT person_id, pinyin, 'zh-Latn-pinyin', 'transliteration', NULL, NULL FROM people
    UNION ALL SELECT organization_id, name_zh, 'zh', 'official', NULL, NULL FROM organizations
    UNION ALL SELECT organization_id, name_native, NULL, 'official', NULL, NULL FROM organizations
    UNION ALL SELECT organization_id, abbreviation, NULL, 'short', NULL, NULL FROM organizations),
other_names AS (
    SELECT id, to_json(list({'name': name, 'lang': language, 'note': kind,
        'start_date': start_date, 'end_date': end_date} ORDER BY name, language, kind, start_date)
        ) AS other_names
    FROM named WHERE name IS NOT NULL GROUP BY id),
outside AS (
    SELECT id, to_json(list({'identifier': value, 'scheme': scheme} ORDER BY scheme, value)
        ) AS identifiers
    FROM (SELECT subject_id AS id, scheme, value FROM identifiers
        UNION ALL SELECT organization_id, 'partyfacts', CAST(partyfacts_id AS VARCHAR)
        FROM parties WHERE partyfacts_id IS NOT NULL) GROUP BY id),
attending AS (
    SELECT contact_id AS id, to_json(list({'id': p.person_id,
        'name': coalesce(p.person_name, x.name_en), 'role': p.role, 'side': p.side,
        'capacity': p.capacity, 'organization_id': p.organization_id, 'area_id': p.country_id}
        ORDER BY p.seq)) AS attendees
    FROM participants AS p LEFT JOIN people AS x USING (person_id) GROUP BY contact_id)
"""
_JSON = ("other_names", "identifiers", "sources", "attendees", "links")


def write(release: Release) -> None:
    with (release.target / "popolo.json").open("w", encoding="utf-8") as file:
        file.write("{")
        for number, (name, query) in enumerate(LISTS.items()):
            file.write(f"{',' if number else ''}\n{json.dumps(name)}: [")
            for count, row in enumerate(release.dicts(NESTED + query)):
                text = json.dumps(_shaped(row), ensure_ascii=False, separators=(",", ":"))
                file.write(f"{',' if count else ''}\n{text}")
            file.write("\n]")
        file.write("\n}\n")


def _shaped(row: JSON) -> JSON:
    """One object: JSON text unfolded, what is blank left out, dates as Popolo has them."""
    shaped: JSON = {}
    for name, value in row.items():
        if name in _JSON:
            shaped[name] = [_shaped(_filled(one)) for one in json.loads(value)]
        elif name.endswith("_date"):
            shaped |= dated(name, value)
        elif value != "":
            shaped[name] = value
    return shaped


def _filled(row: JSON) -> JSON:
    return {name: value for name, value in row.items() if value is not None}


def dated(name: str, value: str) -> dict[str, str]:
    """A date of the tables as Popolo has it, and as it stands where that loses something."""
    plain = value.rstrip("~?%")
    if "X" in plain:
        return {f"{name}_edtf": value}
    return {name: plain} | ({} if plain == value else {f"{name}_edtf": value})


FORMAT = Format("popolo", "Nested JSON in Popolo's shape", {".json": "application/json"}, write)
