-- title: A contact lies within the life of everyone who took part.
-- severity: error
-- why: A date or a person is wrong.
-- hint: Mend the date, or unlink the person.
SELECT 'participants' AS resource, p._line AS line, 'person_id' AS field,
    p.person_id || ' in a contact of ' || c.start_date AS detail
FROM participants AS p
JOIN contacts AS c USING (contact_id)
JOIN people AS q USING (person_id)
WHERE edtf_max(c.start_date) < edtf_min(q.birth_date)
    OR edtf_min(c.start_date) > edtf_max(q.death_date)
