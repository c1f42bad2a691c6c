-- title: A counted contact has more than an embassy or another body of the state on the Chinese side.
-- severity: error
-- why: What states do with foreign parties is kept, but it is no contact of the party or its department.
-- hint: Set in_statistics to false, or name who acted for the party.
WITH state AS (
    SELECT DISTINCT p.contact_id, o.organization_id
    FROM participants AS p JOIN organizations AS o USING (organization_id)
    WHERE p.side = 'cpc' AND o.kind IN ('embassy', 'government', 'ministry', 'parliament')),
beside AS (
    SELECT p.contact_id FROM participants AS p
    WHERE p.side = 'cpc' AND p.contact_id IN (SELECT contact_id FROM state)
        AND NOT coalesce(p.organization_id IN (SELECT organization_id FROM state), false))
SELECT DISTINCT 'contacts' AS resource, c._line AS line, 'in_statistics' AS field,
    c.contact_id || ' has only bodies of the state on the Chinese side' AS detail
FROM contacts AS c
WHERE c.in_statistics = 'true' AND c.contact_id IN (SELECT contact_id FROM state)
    AND c.contact_id NOT IN (SELECT contact_id FROM beside)
