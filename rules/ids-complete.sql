-- title: Every active id stands for exactly one row, of the type that ids says.
-- severity: error
-- why: An id that stands for nothing, or for two things, can be resolved by nobody.
-- hint: Withdraw the id with a reason, or mend entity_type.
WITH kinds(resource, entity_type) AS (VALUES
    ('countries', 'country'), ('organizations', 'organization'), ('people', 'person'),
    ('names', 'name'), ('identifiers', 'identifier'), ('posts', 'post'), ('tenures', 'tenure'),
    ('relations', 'relation'), ('events', 'event'), ('series', 'series'),
    ('contacts', 'contact'), ('stated_totals', 'total'), ('claims', 'claim'),
    ('sources', 'source'), ('citations', 'citation'), ('gaps', 'gap'))
SELECT 'ids' AS resource, i._line AS line, 'id' AS field,
    i.id || ' is active but ' || count(r.id) || ' rows of that type have it' AS detail
FROM ids AS i
LEFT JOIN kinds AS k USING (entity_type)
LEFT JOIN _row AS r ON r.id = i.id AND r.resource = k.resource
WHERE i.status = 'active'
GROUP BY i._line, i.id
HAVING count(r.id) <> 1
UNION ALL
SELECT r.resource, r.line, NULL, r.id || ' is an id of type ' || i.entity_type
FROM _row AS r JOIN ids AS i ON i.id = r.id JOIN kinds AS k ON k.resource = r.resource
WHERE i.entity_type <> k.entity_type
