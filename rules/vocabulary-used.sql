-- title: Every code of a vocabulary is used by a row, or else marked reserved.
-- severity: error
-- why: A code that nobody uses is a promise that nobody keeps, and a stale mark says what is not so.
-- hint: Use it, mark it reserved, or drop it; take the mark off a code in use.
SELECT 'vocabularies' AS resource, 0 AS line, NULL AS field,
    c.vocabulary || CASE WHEN c.reserved THEN ' uses the reserved code '
                         ELSE ' has the unused code ' END || c.code AS detail
FROM _code AS c
WHERE c.reserved = EXISTS (
    SELECT 1 FROM _used AS u WHERE u.vocabulary = c.vocabulary AND u.code = c.code)
