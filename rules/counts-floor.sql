-- title: No table has fewer ids, in all or of a country, than in the last release, unless they were withdrawn or merged.
-- severity: error
-- why: What gets lost in an edit is missed by nobody.
-- hint: Restore the rows or say in ids what became of them; if just their country was mended, lower rules/floors.csv.
WITH compared AS (
    SELECT f.resource, f.country_id, f.ids AS before, f.version, coalesce(c.ids, 0) AS now,
        greatest(f.ids - coalesce(c.ids, 0), 0) AS short,
        -- what became of an id is known, but not of which country it was
        -f.gone + (
            SELECT count(*) FROM ids AS i JOIN _kind AS k USING (entity_type)
            WHERE k.resource = f.resource AND i.status <> 'active') AS explained
    FROM _floor AS f LEFT JOIN _count AS c
        ON c.resource = f.resource AND c.country_id IS NOT DISTINCT FROM f.country_id)
SELECT resource, 0 AS line, NULL AS field,
    coalesce(country_id, 'all') || ': ' || now || ' ids, ' || before || ' in ' || version || ', '
        || explained || ' explained in ids' AS detail
FROM compared
WHERE short > 0
QUALIFY sum(short) OVER (PARTITION BY resource, country_id IS NULL) > explained
