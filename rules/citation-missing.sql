-- title: Every row of a fact table has a supporting citation.
-- severity: error
-- why: A row that nobody says is a guess.
-- hint: Add a citation with stance supports.
SELECT r.resource, r.line, NULL AS field, r.id || ' has no supporting citation' AS detail
FROM _row AS r
ANTI JOIN (SELECT DISTINCT subject_id FROM citations WHERE stance = 'supports') AS c
    ON c.subject_id = r.id
WHERE r.cited
