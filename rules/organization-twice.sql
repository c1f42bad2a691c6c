-- title: No two organizations of one kind in one country share a name.
-- severity: error
-- why: One body would be counted as two.
-- hint: Merge the two, or name them apart.
WITH named AS (
    SELECT _line, organization_id, kind, country_id,
        unnest(list_distinct([n FOR n IN [
            regexp_replace(lower(strip_accents(name_en)), '[^a-z0-9]+|\bthe\b', '', 'g'),
            regexp_replace(lower(strip_accents(name_native)), '[\s[:punct:]]+', '', 'g'),
            name_zh] IF n <> ''])) AS plain
    FROM organizations)
SELECT 'organizations' AS resource, b._line AS line, 'name_en' AS field,
    b.organization_id || ' has the name of ' || a.organization_id AS detail
FROM named AS a JOIN named AS b
    ON a.plain = b.plain AND a.kind = b.kind
    AND a.country_id IS NOT DISTINCT FROM b.country_id AND a._line < b._line
GROUP BY ALL
