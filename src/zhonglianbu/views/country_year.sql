-- title: Countries by year
-- description: One row per country or territory and year: every country of ISO 3166, and each other one that was met. A contact with several countries counts once, with weight 1, in each of them, so that the sum over countries exceeds the number of contacts. A contact whose date is wider than a year is in no year. A count is blank, never zero, where nothing was found and the year is not wholly within the frame: see coverage.
-- key: country_id, year
-- country_id string: The country, ISO alpha-3.
-- year integer: The year.
-- name_en string: English name of the country.
-- cow integer: Its code in the Correlates of War project.
-- region string: Its region of the United Nations Statistics Division.
-- coverage string: What a missing contact means: frame, part and found as in covered_years; absent: the country did not exist in that year.
-- contacts integer: Counted contacts with a foreign participant of the country.
-- contacts_party integer: Of these, those in which a party of that country took part, itself or through a body whose parent it is.
-- contacts_ild integer: Of these, those of the department itself.
-- contacts_head integer: Of these, those of the head of the department. In a year of coverage frame its zero is a zero of the column of the head's activities; the other counts have no frame for deputies and affiliates.
-- contacts_incoming integer: Of these, those for which the foreign side travelled to China.
-- contacts_outgoing integer: Of these, those for which the Chinese side travelled to the country of the other side.
WITH met AS (
    SELECT DISTINCT p.country_id, c.contact_id, c.year, c.with_ild, c.with_head, c.direction
    FROM counted_contacts AS c
    JOIN participants AS p ON p.contact_id = c.contact_id AND p.side = 'foreign'
    WHERE p.country_id IS NOT NULL),
with_party AS (
    SELECT DISTINCT country_id, contact_id, 1 AS party FROM party_contacts),
counts AS (
    SELECT m.country_id, m.year, count(*) AS contacts, count(w.party) AS party,
        count(CASE WHEN m.with_ild THEN 1 END) AS ild,
        count(CASE WHEN m.with_head THEN 1 END) AS head,
        count(CASE WHEN m.direction = 'incoming' THEN 1 END) AS incoming,
        count(CASE WHEN m.direction = 'outgoing' THEN 1 END) AS outgoing
    FROM met AS m
    LEFT JOIN with_party AS w ON w.country_id = m.country_id AND w.contact_id = m.contact_id
    WHERE m.year IS NOT NULL
    GROUP BY m.country_id, m.year),
cells AS (
    SELECT l.country_id, l.name_en, l.cow, l.region, y.year,
        CASE WHEN CAST(l.start_date_min AS TEXT) > CAST(y.year AS TEXT) || '-12-31'
                OR CAST(l.end_date_max AS TEXT) < CAST(y.year AS TEXT) || '-01-01'
            THEN 'absent' ELSE y.coverage END AS coverage
    FROM countries AS l
    CROSS JOIN covered_years AS y
    WHERE l.iso2 IS NOT NULL OR l.country_id IN (SELECT country_id FROM met))
SELECT s.country_id, s.year, s.name_en, s.cow, s.region, s.coverage,
    nullif(coalesce(n.contacts, 0), s.blank) AS contacts,
    nullif(coalesce(n.party, 0), s.blank) AS contacts_party,
    nullif(coalesce(n.ild, 0), s.blank) AS contacts_ild,
    nullif(coalesce(n.head, 0), s.blank) AS contacts_head,
    nullif(coalesce(n.incoming, 0), s.blank) AS contacts_incoming,
    nullif(coalesce(n.outgoing, 0), s.blank) AS contacts_outgoing
-- blank is what a count of nothing turns into NULL: zero outside the frame, nothing within it
FROM (SELECT *, CASE WHEN coverage <> 'frame' THEN 0 END AS blank FROM cells) AS s
LEFT JOIN counts AS n ON n.country_id = s.country_id AND n.year = s.year
ORDER BY s.country_id, s.year
