-- title: Every code of a vocabulary is used by a row, or marked reserved.
-- severity: error
-- why: A code that nobody uses is a promise that nobody keeps.
-- hint: Use it, mark it reserved, or drop it.
SELECT 'vocabularies' AS resource, 0 AS line, NULL AS field,
    c.vocabulary || ' has the unused code ' || c.code AS detail
FROM _code AS c
WHERE NOT c.reserved
    AND NOT EXISTS (
        SELECT 1 FROM _used AS u WHERE u.vocabulary = c.vocabulary AND u.code = c.code)
