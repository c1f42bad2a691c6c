-- title: No more people hold a post at once than it has seats.
-- severity: error
-- why: Two holders of one seat mean that a date is wrong.
-- hint: Mend a date; days of handing over may be shared.
SELECT 'tenures' AS resource, t._line AS line, 'post_id' AS field,
    t.post_id || ' has ' || p.seats || ' seat(s); ' || t.tenure_id || ' and ' ||
    string_agg(o.tenure_id, ', ' ORDER BY o.tenure_id) || ' overlap' AS detail
FROM tenures AS t
JOIN posts AS p USING (post_id)
JOIN tenures AS o ON o.post_id = t.post_id AND o.tenure_id <> t.tenure_id
    -- certain overlap: each begins before the other can have ended
    AND edtf_max(o.start_date) < coalesce(edtf_min(t.end_date), DATE '9999-12-31')
    AND edtf_max(t.start_date) < coalesce(edtf_min(o.end_date), DATE '9999-12-31')
    AND (t.end_date IS NOT NULL OR t.end_status = 'ongoing')
    AND (o.end_date IS NOT NULL OR o.end_status = 'ongoing')
WHERE p.seats IS NOT NULL
GROUP BY t._line, t.post_id, t.tenure_id, p.seats
HAVING count(*) >= TRY_CAST(p.seats AS BIGINT)
