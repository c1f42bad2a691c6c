-- title: Mode, direction and place of a contact agree.
-- severity: error
-- why: A call has no traveller, a visitor to China meets in China, a visit abroad does not.
-- hint: Mend mode, direction or country.
SELECT 'contacts' AS resource, c._line AS line, 'direction' AS field,
    concat_ws(', ', c.mode, c.direction, c.country_id) AS detail
FROM contacts AS c
WHERE (c.mode IN ('video', 'phone', 'message')) <> (c.direction = 'remote')
    OR (c.direction = 'incoming' AND c.country_id <> 'CHN')
    OR (c.direction IN ('outgoing', 'third-country') AND c.country_id = 'CHN')
