-- title: A visit is counted only with a named counterpart and none of its encounters counted.
-- severity: error
-- why: A visit whose encounters stand apart would be counted twice; one without a counterpart is unspecific.
-- hint: Set in_statistics to false.
WITH counterparts AS (
    SELECT c.contact_id, c.kind, c._line, p.organization_id,
        edtf_min(c.start_date) AS first,
        edtf_max(coalesce(c.end_date, c.start_date)) AS last
    FROM contacts AS c
    JOIN participants AS p
        ON p.contact_id = c.contact_id AND p.side = 'foreign' AND p.organization_id IS NOT NULL
    WHERE c.in_statistics = 'true')
SELECT DISTINCT 'contacts' AS resource, v._line AS line, 'in_statistics' AS field,
    v.contact_id || ' is a visit within which ' || e.contact_id || ' is counted' AS detail
FROM counterparts AS v
JOIN counterparts AS e
    ON e.organization_id = v.organization_id AND e.contact_id <> v.contact_id
    AND e.kind <> 'visit' AND e.first >= v.first AND e.last <= v.last
WHERE v.kind = 'visit' AND v.last - v.first <= 31
UNION ALL
SELECT 'contacts', c._line, 'in_statistics',
    c.contact_id || ' is a visit without a named counterpart'
FROM contacts AS c
WHERE c.in_statistics = 'true' AND c.kind = 'visit' AND NOT EXISTS (
    SELECT 1 FROM participants AS p
    WHERE p.contact_id = c.contact_id AND p.side = 'foreign' AND p.organization_id IS NOT NULL)
