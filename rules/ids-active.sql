-- title: Rows point only at active ids.
-- severity: error
-- why: An id that was merged or withdrawn stands for no row.
-- hint: Use the id in replaced_by, or drop the reference.
SELECT r.resource, r.line, r.field, r.id || ' is ' || i.status AS detail
FROM _reference AS r JOIN ids AS i ON i.id = r.id
WHERE i.status <> 'active' AND r.resource <> 'ids' -- redirects are ids-redirects' business
UNION ALL
SELECT r.resource, r.line, NULL, r.id || ' is ' || i.status
FROM _row AS r JOIN ids AS i ON i.id = r.id
WHERE i.status <> 'active'
