-- title: Every active id stands for a row of the type that ids says.
-- severity: error
-- why: An id that stands for nothing can be resolved by nobody.
-- hint: Withdraw the id with a reason, or mend entity_type.
SELECT 'ids' AS resource, i._line AS line, 'id' AS field,
    i.id || ' is active but no ' || i.entity_type || ' has it' AS detail
FROM ids AS i
-- elsewhere the ids of the type and those of its rows are known to be the same
WHERE i.status = 'active' AND i.entity_type IN (FROM _doubtful) AND NOT EXISTS (
    SELECT 1 FROM _row AS r
    WHERE r.id = i.id AND r.entity_type = i.entity_type AND r.entity_type IN (FROM _doubtful))
UNION ALL
SELECT r.resource, r.line, NULL, r.id || ' is an id of type ' || i.entity_type
FROM _row AS r JOIN ids AS i ON i.id = r.id
WHERE r.entity_type IN (FROM _doubtful) AND i.entity_type <> r.entity_type
