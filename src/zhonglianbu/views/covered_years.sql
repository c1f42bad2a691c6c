-- title: Years and what was searched in them
-- description: One row per year from the first counted contact to the date of the package, with what a missing contact means in it, from the dated gaps of scope contacts: none touches the year (frame), one touches part of it (part), one covers all of it (found).
-- key: year
-- year integer: The year.
-- coverage string: frame: the column of the head's activities was read for the whole year, so that a zero of with_head is a zero of that column; part: it was read for part of the year; found: no frame, contacts are those that a page happened to show, and a missing one is no zero.
WITH RECURSIVE span AS (
    SELECT (SELECT min(year) FROM counted_contacts) AS first,
        (SELECT CAST(substr(CAST(as_of AS TEXT), 1, 4) AS INTEGER) FROM about) AS last),
years(year) AS (
    SELECT first FROM span WHERE first IS NOT NULL
    UNION ALL
    SELECT year + 1 FROM years, span WHERE year < last),
days AS (
    SELECT year, CAST(year AS TEXT) || '-01-01' AS first_day,
        CAST(year AS TEXT) || '-12-31' AS last_day
    FROM years),
holes AS (
    SELECT coalesce(CAST(start_date_min AS TEXT), '0001-01-01') AS first_day,
        coalesce(CAST(end_date_max AS TEXT), '9999-12-31') AS last_day
    FROM gaps WHERE scope = 'contacts' AND (start_date IS NOT NULL OR end_date IS NOT NULL)
    UNION ALL
    -- nothing is known of the days after the date of the package
    SELECT CAST(as_of AS TEXT), '9999-12-31' FROM about)
SELECT d.year,
    CASE WHEN max(CASE WHEN h.first_day <= d.first_day AND d.last_day <= h.last_day
            THEN 1 ELSE 0 END) = 1 THEN 'found'
        WHEN max(CASE WHEN h.first_day <= d.last_day AND d.first_day <= h.last_day
            THEN 1 ELSE 0 END) = 1 THEN 'part'
        ELSE 'frame' END AS coverage
FROM days AS d
CROSS JOIN holes AS h
GROUP BY d.year
ORDER BY d.year
