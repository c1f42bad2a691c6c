-- title: A counted contact has more than an embassy or another body of the state on the Chinese side.
-- severity: error
-- why: What states do with foreign parties is kept, but it is no contact of the party or its department.
-- hint: Set in_statistics to false, or name who acted for the party.
SELECT 'contacts' AS resource, c._line AS line, 'in_statistics' AS field,
    c.contact_id || ' has only ' || string_agg(DISTINCT p.organization_id, ', '
        ORDER BY p.organization_id) || ' on the Chinese side' AS detail
FROM contacts AS c
JOIN participants AS p ON p.contact_id = c.contact_id AND p.side = 'cpc'
LEFT JOIN organizations AS o USING (organization_id)
WHERE c.in_statistics = 'true'
GROUP BY c._line, c.contact_id
HAVING bool_and(coalesce(
    o.kind IN ('embassy', 'government', 'ministry', 'parliament'), false))
