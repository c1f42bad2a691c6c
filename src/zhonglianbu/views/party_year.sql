-- title: Parties by year
-- description: One row per party and year, every party of the package. A contact with several parties counts once, with weight 1, in each of them. A contact whose date is wider than a year is in no year. A count is blank, never zero, where nothing was found and the year is not wholly within the frame: see coverage.
-- key: organization_id, year
-- organization_id string: The party.
-- year integer: The year.
-- name_en string: Its usual English name.
-- country_id string: Its country, ISO alpha-3.
-- partyfacts_id integer: Its id in Party Facts.
-- coverage string: What a missing contact means: frame, part and found as in covered_years; absent: the party did not exist in that year.
-- contacts integer: Counted contacts with the party, itself or through a body whose parent it is.
-- contacts_ild integer: Of these, those of the department itself.
-- contacts_head integer: Of these, those of the head of the department. In a year of coverage frame its zero is a zero of the column of the head's activities; the other counts have no frame for deputies and affiliates.
-- contacts_incoming integer: Of these, those for which the foreign side travelled to China.
-- contacts_outgoing integer: Of these, those for which the Chinese side travelled to the country of the other side.
WITH counts AS (
    SELECT organization_id, year, count(*) AS contacts,
        count(CASE WHEN with_ild THEN 1 END) AS ild,
        count(CASE WHEN with_head THEN 1 END) AS head,
        count(CASE WHEN direction = 'incoming' THEN 1 END) AS incoming,
        count(CASE WHEN direction = 'outgoing' THEN 1 END) AS outgoing
    FROM party_contacts WHERE year IS NOT NULL GROUP BY organization_id, year),
cells AS (
    SELECT o.organization_id, o.name_en, o.country_id, p.partyfacts_id, y.year,
        CASE WHEN CAST(o.start_date_min AS TEXT) > CAST(y.year AS TEXT) || '-12-31'
                OR CAST(o.end_date_max AS TEXT) < CAST(y.year AS TEXT) || '-01-01'
            THEN 'absent' ELSE y.coverage END AS coverage
    FROM parties AS p
    JOIN organizations AS o ON o.organization_id = p.organization_id
    CROSS JOIN covered_years AS y)
SELECT s.organization_id, s.year, s.name_en, s.country_id, s.partyfacts_id, s.coverage,
    nullif(coalesce(n.contacts, 0), s.blank) AS contacts,
    nullif(coalesce(n.ild, 0), s.blank) AS contacts_ild,
    nullif(coalesce(n.head, 0), s.blank) AS contacts_head,
    nullif(coalesce(n.incoming, 0), s.blank) AS contacts_incoming,
    nullif(coalesce(n.outgoing, 0), s.blank) AS contacts_outgoing
-- blank is what a count of nothing turns into NULL: zero outside the frame, nothing within it
FROM (SELECT *, CASE WHEN coverage <> 'frame' THEN 0 END AS blank FROM cells) AS s
LEFT JOIN counts AS n ON n.organization_id = s.organization_id AND n.year = s.year
ORDER BY s.organization_id, s.year
