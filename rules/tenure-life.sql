-- title: A tenure lies within the life of its person, its post and its organization.
-- severity: error
-- why: Nobody holds a post before birth, after death, or where there is none.
-- hint: Mend the date of the tenure, the person or the post.
WITH spans AS (
    SELECT t._line AS line, t.tenure_id, edtf_max(coalesce(t.start_date, t.seen_first)) AS first,
        edtf_min(coalesce(t.end_date, t.seen_last)) AS last, t.person_id, t.post_id
    FROM tenures AS t)
SELECT 'tenures' AS resource, s.line, 'person_id' AS field,
    s.tenure_id || ' is outside the life of ' || s.person_id AS detail
FROM spans AS s JOIN people AS p USING (person_id)
WHERE s.first < edtf_min(p.birth_date) OR s.last > edtf_max(p.death_date)
UNION ALL
SELECT 'tenures', s.line, 'post_id', s.tenure_id || ' is outside the time of ' || s.post_id
FROM spans AS s JOIN posts AS p USING (post_id)
    JOIN organizations AS o USING (organization_id)
WHERE s.first < edtf_min(p.start_date) OR s.last > edtf_max(p.end_date)
    OR s.first < edtf_min(o.start_date) OR s.last > edtf_max(o.end_date)
