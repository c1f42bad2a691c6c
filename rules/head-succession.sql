-- title: Heads of the department follow each other without a hole that no gap explains.
-- severity: error
-- why: A missing head would be read as no head.
-- hint: Add the missing tenure, or a gap of scope tenures over the hole.
WITH heads AS (
    SELECT t._line AS line, t.tenure_id, t.start_date, t.end_date,
        lead(t.start_date) OVER (ORDER BY edtf_min(t.start_date)) AS next_start
    FROM tenures AS t WHERE t.post_id = 'ild-head')
SELECT 'tenures' AS resource, h.line, 'end_date' AS field,
    'nobody between ' || h.end_date || ' and ' || h.next_start AS detail
FROM heads AS h
-- certain hole: more than a month after the last day that the end can mean
WHERE edtf_max(h.end_date) + INTERVAL 31 DAY < edtf_min(h.next_start)
    AND NOT EXISTS (
        SELECT 1 FROM gaps AS g
        WHERE g.scope = 'tenures'
            AND edtf_min(g.start_date) <= edtf_max(h.end_date) + INTERVAL 1 DAY
            AND edtf_max(g.end_date) >= edtf_min(h.next_start) - INTERVAL 1 DAY)
