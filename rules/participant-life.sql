-- title: A participant's organization and country existed at the time of the contact.
-- severity: error
-- why: A successor of the same name was taken for the body that was met, or a date is wrong.
-- hint: Name the body of that time, or mend the date of the contact, the organization or the country.
WITH spans AS (
    SELECT p._line AS line, p.organization_id, p.country_id,
        c.start_date, edtf_min(c.start_date) AS first, edtf_max(c.start_date) AS last
    FROM participants AS p JOIN contacts AS c USING (contact_id))
SELECT 'participants' AS resource, s.line, 'organization_id' AS field,
    s.organization_id || ' in a contact of ' || s.start_date AS detail
FROM spans AS s JOIN organizations AS o USING (organization_id)
WHERE s.last < edtf_min(o.start_date) OR s.first > edtf_max(o.end_date)
UNION ALL
SELECT 'participants', s.line, 'country_id', s.country_id || ' in a contact of ' || s.start_date
FROM spans AS s JOIN countries AS k USING (country_id)
WHERE s.last < edtf_min(k.start_date) OR s.first > edtf_max(k.end_date)
