-- title: An official takes part for the department only within a tenure there.
-- severity: error
-- why: The date is wrong or a tenure is missing.
-- hint: Mend the date, or add the tenure with its source.
SELECT 'participants' AS resource, p._line AS line, 'person_id' AS field,
    p.person_id || ' in a contact of ' || c.start_date || ', outside every known tenure' AS detail
FROM participants AS p
JOIN contacts AS c USING (contact_id)
WHERE p.organization_id = 'ild' AND p.person_id IS NOT NULL AND c.in_statistics = 'true'
    AND NOT EXISTS (
        SELECT 1 FROM tenures AS t JOIN posts AS o USING (post_id)
        LEFT JOIN organizations AS u USING (organization_id)
        WHERE t.person_id = p.person_id
            AND (u.organization_id = 'ild' OR u.parent_id = 'ild')
            -- only seen in post on some days: then it may have lasted longer either way
            AND coalesce(edtf_min(t.start_date), DATE '0001-01-01') <= edtf_max(c.start_date)
            AND coalesce(edtf_max(t.end_date), DATE '9999-12-31') >= edtf_min(c.start_date))
