-- title: A participant's organization and country existed at the time of the contact.
-- severity: error
-- why: A successor of the same name was taken for the body that was met, or a date is wrong.
-- hint: Name the body of that time, or mend the date of the contact, the organization or the country.
WITH bodies AS (
    SELECT organization_id, edtf_min(start_date) AS born, edtf_max(end_date) AS gone
    FROM organizations WHERE start_date IS NOT NULL OR end_date IS NOT NULL),
lands AS (
    SELECT country_id, edtf_min(start_date) AS born, edtf_max(end_date) AS gone
    FROM countries WHERE start_date IS NOT NULL OR end_date IS NOT NULL),
placed AS (
    SELECT p._line AS line, 'organization_id' AS field, b.organization_id AS id, p.contact_id,
        b.born, b.gone
    FROM participants AS p JOIN bodies AS b USING (organization_id)
    UNION ALL
    SELECT p._line, 'country_id', l.country_id, p.contact_id, l.born, l.gone
    FROM participants AS p JOIN lands AS l USING (country_id))
SELECT 'participants' AS resource, p.line, p.field, p.id || ' in a contact of ' || c.start_date
    AS detail
FROM placed AS p JOIN contacts AS c USING (contact_id)
WHERE edtf_max(c.start_date) < p.born OR edtf_min(c.start_date) > p.gone
