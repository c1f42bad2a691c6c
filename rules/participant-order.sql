-- title: Participants are numbered from 1 without a hole, the Chinese side first.
-- severity: error
-- why: The order is what the source ranks, and is relied on.
-- hint: Number them anew.
WITH numbered AS (
    SELECT *, row_number() OVER (PARTITION BY contact_id ORDER BY TRY_CAST(seq AS BIGINT)) AS place,
        lag(side) OVER (PARTITION BY contact_id ORDER BY TRY_CAST(seq AS BIGINT)) AS before
    FROM participants)
SELECT 'participants' AS resource, _line AS line, 'seq' AS field,
    contact_id || ' has seq ' || seq || ' of side ' || side || ' at place ' || place AS detail
FROM numbered
WHERE TRY_CAST(seq AS BIGINT) <> place OR (side = 'cpc' AND before = 'foreign')
