-- title: Every source is cited.
-- severity: error
-- why: A source that nothing rests on is weight.
-- hint: Cite it or withdraw its id.
SELECT 'sources' AS resource, s._line AS line, 'source_id' AS field,
    s.source_id || ' is not cited' AS detail
FROM sources AS s
WHERE NOT EXISTS (SELECT 1 FROM citations AS c WHERE c.source_id = s.source_id)
