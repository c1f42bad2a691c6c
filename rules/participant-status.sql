-- title: Only parties have a party status.
-- severity: error
-- why: An embassy or a ministry is neither ruling nor in opposition.
-- hint: Blank party_status, or mend the organization.
SELECT 'participants' AS resource, p._line AS line, 'party_status' AS field,
    p.party_status || ' for ' || coalesce(p.organization_id, 'no organization') AS detail
FROM participants AS p LEFT JOIN organizations AS o USING (organization_id)
WHERE p.party_status IS NOT NULL AND o.kind IS DISTINCT FROM 'party'
    AND o.kind IS DISTINCT FROM 'party-organ'
