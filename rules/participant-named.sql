-- title: A participant names a person, an organization or a role.
-- severity: error
-- why: A row that names nobody says nothing.
-- hint: Fill person_name, organization_id or role.
SELECT 'participants' AS resource, _line AS line, 'organization_id' AS field,
    contact_id || ' has a participant without person, organization and role' AS detail
FROM participants
WHERE person_name IS NULL AND organization_id IS NULL AND role IS NULL
