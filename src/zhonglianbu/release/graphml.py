"""The network of contacts as GraphML, directed from the Chinese side outward.

Nodes are bodies of the Chinese side, foreign bodies, and countries. An edge of kind contact joins a
Chinese body and each foreign body (or, where a page names none, the country) that took part in the
same counted contact; ``weight`` is the number of such contacts, ``first`` and ``last`` the days
between which they lie. An edge of kind country leads from a foreign body to its country.
"""

from __future__ import annotations

import networkx as nx

from .base import Format, Release

EDGES = """
WITH ends AS (
    SELECT DISTINCT c.contact_id, c.start_date_min, c.start_date_max, p.side,
        coalesce(p.organization_id, p.country_id) AS node
    FROM counted_contacts AS c JOIN participants AS p USING (contact_id)
    WHERE coalesce(p.organization_id, p.country_id) IS NOT NULL)
SELECT a.node AS source, b.node AS target, 'contact' AS kind, count(*) AS weight,
    CAST(min(a.start_date_min) AS VARCHAR) AS first, CAST(max(a.start_date_max) AS VARCHAR) AS last
FROM ends AS a JOIN ends AS b USING (contact_id)
WHERE a.side = 'cpc' AND b.side = 'foreign'
GROUP BY ALL ORDER BY source, target
"""
NODES = """
SELECT organization_id AS id, name_en AS label, name_zh, kind, country_id FROM organizations
UNION ALL
SELECT country_id, name_en, name_zh, 'country', country_id FROM countries
ORDER BY id
"""


def write(release: Release) -> None:
    graph = nx.DiGraph(name=release.about["title"])
    nodes = {node.pop("id"): node for node in release.dicts(NODES)}
    edges = list(release.dicts(EDGES))
    for body in sorted({edge["target"] for edge in edges}):
        home = nodes[body].get("country_id")
        if home and home != body:
            edges.append({"source": body, "target": home, "kind": "country"})
    for name in sorted({edge[end] for edge in edges for end in ("source", "target")}):
        graph.add_node(name, **nodes[name])
    for edge in edges:
        graph.add_edge(edge.pop("source"), edge.pop("target"), **edge)
    nx.write_graphml_xml(graph, release.target / "contacts.graphml", prettyprint=True)


FORMAT = Format("graphml", "Network of contacts", {".graphml": "application/graphml+xml"}, write)
