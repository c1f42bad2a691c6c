-- title: No two organizations of one kind in one country share a name, or two parties an abbreviation.
-- severity: error
-- why: One body would be counted as two.
-- hint: Merge the two, or name them apart.
WITH spelt AS (
    SELECT organization_id, unnest([name_en, name_native, name_zh]) AS name FROM organizations
    UNION ALL
    SELECT organization_id, abbreviation FROM organizations WHERE kind = 'party'
    UNION ALL
    SELECT subject_id, name FROM names WHERE kind IN ('official', 'former')),
plainly AS MATERIALIZED (
    SELECT DISTINCT organization_id,
        -- letters and digits alone, without accents and articles
        regexp_replace(lower(strip_accents(regexp_replace(name, '\b[Tt]he\b', '', 'g'))),
            '[\s\pP]+', '', 'g') AS plain
    FROM spelt WHERE name IS NOT NULL),
named AS (
    SELECT o._line, o.organization_id, o.kind, o.country_id, o.start_date, o.end_date, p.plain
    FROM plainly AS p JOIN organizations AS o USING (organization_id)
    WHERE p.plain <> ''
        AND p.plain IN (SELECT plain FROM plainly GROUP BY plain HAVING count(*) > 1))
SELECT 'organizations' AS resource, b._line AS line, 'name_en' AS field,
    b.organization_id || ' has a name of ' || a.organization_id || ': ' ||
    string_agg(a.plain, ', ' ORDER BY a.plain) AS detail
FROM named AS a JOIN named AS b
    ON a.plain = b.plain AND a.kind = b.kind
    AND a.country_id IS NOT DISTINCT FROM b.country_id AND a._line < b._line
    -- a later party may take the name of one that has ended
    AND NOT coalesce(edtf_min(a.end_date) <= edtf_max(b.start_date), false)
    AND NOT coalesce(edtf_min(b.end_date) <= edtf_max(a.start_date), false)
GROUP BY b._line, b.organization_id, a.organization_id
