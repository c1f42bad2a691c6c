-- title: A citation speaks of a field that its subject has.
-- severity: error
-- why: A misspelt field would hide the source from whoever looks for it.
-- hint: Take the name from the schema of the table.
SELECT 'citations' AS resource, c._line AS line, 'field' AS field,
    c.subject_id || ' has no field ' || c.field AS detail
FROM citations AS c JOIN _row AS r ON r.id = c.subject_id
ANTI JOIN (
    SELECT resource, field FROM _field
    -- a party's family and Party Facts id stand beside its organization
    UNION SELECT 'organizations', field FROM _field WHERE resource = 'parties') AS f
    ON f.resource = r.resource AND f.field = c.field
WHERE c.field IS NOT NULL
    -- a participant is cited through its contact, the locator naming its number
    AND NOT (r.resource = 'contacts' AND coalesce(c.locator SIMILAR TO 'participant [0-9]+', false)
        AND c.field IN (SELECT f.field FROM _field AS f WHERE f.resource = 'participants'))
