-- title: Every row of a fact table has a supporting citation.
-- severity: error
-- why: A row that nobody says is a guess.
-- hint: Add a citation with stance supports.
SELECT r.resource, r.line, NULL AS field, r.id || ' has no supporting citation' AS detail
FROM _row AS r
WHERE r.cited AND NOT EXISTS (
    SELECT 1 FROM citations AS c WHERE c.subject_id = r.id AND c.stance = 'supports')
