-- title: The summary of a visit is not counted beside its encounters.
-- severity: error
-- why: It would be counted twice.
-- hint: Set in_statistics to false.
SELECT 'contacts' AS resource, _line AS line, 'in_statistics' AS field,
    contact_id || ' is the summary of a visit' AS detail
FROM contacts
WHERE kind = 'visit' AND in_statistics = 'true'
