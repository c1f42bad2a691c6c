-- title: Every active id stands for a row of the type that ids says.
-- severity: error
-- why: An id that stands for nothing can be resolved by nobody.
-- hint: Withdraw the id with a reason, or mend entity_type.
WITH kinds(resource, entity_type) AS (VALUES
    ('countries', 'country'), ('organizations', 'organization'), ('people', 'person'),
    ('names', 'name'), ('identifiers', 'identifier'), ('posts', 'post'), ('tenures', 'tenure'),
    ('relations', 'relation'), ('events', 'event'), ('series', 'series'),
    ('contacts', 'contact'), ('stated_totals', 'total'), ('claims', 'claim'),
    ('sources', 'source'), ('citations', 'citation'), ('gaps', 'gap'))
SELECT 'ids' AS resource, i._line AS line, 'id' AS field,
    i.id || ' is active but no ' || i.entity_type || ' has it' AS detail
FROM ids AS i
WHERE i.status = 'active' AND NOT EXISTS (
    SELECT 1 FROM _row AS r JOIN kinds AS k USING (resource)
    WHERE r.id = i.id AND k.entity_type = i.entity_type)
UNION ALL
SELECT r.resource, r.line, NULL, r.id || ' is an id of type ' || i.entity_type
FROM _row AS r JOIN ids AS i ON i.id = r.id JOIN kinds AS k ON k.resource = r.resource
WHERE i.entity_type <> k.entity_type
