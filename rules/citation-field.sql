-- title: A citation speaks of a field that its subject has.
-- severity: error
-- why: A misspelt field would hide the source from whoever looks for it.
-- hint: Take the name from the schema of the table.
SELECT 'citations' AS resource, c._line AS line, 'field' AS field,
    c.subject_id || ' has no field ' || c.field AS detail
FROM citations AS c JOIN _row AS r ON r.id = c.subject_id
WHERE c.field IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM _field AS f WHERE f.resource = r.resource AND f.field = c.field)
    -- a party's family and Party Facts id stand beside its organization
    AND NOT (r.resource = 'organizations' AND EXISTS (
        SELECT 1 FROM _field AS f WHERE f.resource = 'parties' AND f.field = c.field))
    -- a participant is cited through its contact, the locator naming its number
    AND NOT (r.resource = 'contacts' AND c.locator SIMILAR TO 'participant [0-9]+' AND EXISTS (
        SELECT 1 FROM _field AS f WHERE f.resource = 'participants' AND f.field = c.field))
