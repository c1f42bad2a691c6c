-- title: Each organization of kind party has its row in parties, and no other has one.
-- severity: error
-- why: Half a party cannot be joined.
-- hint: Add or drop the row of parties, or mend kind.
SELECT 'organizations' AS resource, o._line AS line, 'kind' AS field,
    o.organization_id || ' is a party without a row in parties' AS detail
FROM organizations AS o
WHERE o.kind = 'party'
    AND NOT EXISTS (SELECT 1 FROM parties AS p WHERE p.organization_id = o.organization_id)
UNION ALL
SELECT 'parties', p._line, 'organization_id', p.organization_id || ' is of kind ' || o.kind
FROM parties AS p JOIN organizations AS o USING (organization_id)
WHERE o.kind <> 'party'
