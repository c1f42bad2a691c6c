-- title: A merged id names an active successor and a withdrawn one a reason.
-- severity: error
-- why: Who follows an old id must arrive at a row, or learn why there is none.
-- hint: Fill replaced_by with the active id, or reason.
SELECT 'ids' AS resource, i._line AS line, 'replaced_by' AS field,
    i.id || ' is ' || i.status || ' with replaced_by ' || coalesce(i.replaced_by, 'blank') AS detail
FROM ids AS i LEFT JOIN ids AS n ON n.id = i.replaced_by
WHERE (i.status = 'merged') <> (i.replaced_by IS NOT NULL)
    OR (i.status = 'merged' AND n.status <> 'active')
UNION ALL
SELECT 'ids', _line, 'reason', id || ' is ' || status || ' without a reason'
FROM ids WHERE status <> 'active' AND reason IS NULL
