-- title: A party matched in Party Facts has its id, and no other has one.
-- severity: error
-- why: The two fields would say two things.
-- hint: Mend partyfacts_match or partyfacts_id.
SELECT 'parties' AS resource, _line AS line, 'partyfacts_match' AS field,
    organization_id || ' is ' || partyfacts_match || ' with id ' || coalesce(partyfacts_id, 'blank')
        AS detail
FROM parties
WHERE (partyfacts_match = 'matched') <> (partyfacts_id IS NOT NULL)
