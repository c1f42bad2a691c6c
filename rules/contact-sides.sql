-- title: A contact has both sides.
-- severity: error
-- why: An encounter has someone on each side.
-- hint: Add the participant that is missing.
SELECT 'contacts' AS resource, c._line AS line, 'contact_id' AS field,
    c.contact_id || ' has no participant of side ' || s.side AS detail
FROM contacts AS c CROSS JOIN (VALUES ('cpc'), ('foreign')) AS s(side)
WHERE NOT EXISTS (
    SELECT 1 FROM participants AS p WHERE p.contact_id = c.contact_id AND p.side = s.side)
