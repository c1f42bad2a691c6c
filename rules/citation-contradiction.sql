-- title: A contradicting citation says which field and which value, and the value chosen has its own support.
-- severity: error
-- why: A conflict can be judged only when both sides can be seen.
-- hint: Give field and value_as_stated, and cite the value of the row with stance supports.
SELECT 'citations' AS resource, c._line AS line, 'stance' AS field,
    CASE WHEN c.field IS NULL OR c.value_as_stated IS NULL
         THEN 'a contradiction without field or value_as_stated'
         ELSE 'nothing supports the ' || c.field || ' of ' || c.subject_id END AS detail
FROM citations AS c
WHERE c.stance = 'contradicts'
    AND (c.field IS NULL OR c.value_as_stated IS NULL OR NOT EXISTS (
        SELECT 1 FROM citations AS s
        WHERE s.subject_id = c.subject_id AND s.stance = 'supports'
            AND (s.field = c.field OR s.field IS NULL)))
