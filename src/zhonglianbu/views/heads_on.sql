-- title: Heads of the department by day
-- description: One row per tenure of a head of the department, with the days it certainly and possibly covers: on day d the head was certainly in post if first_day_max <= d AND d <= last_day_min, possibly if first_day_min <= d AND d <= last_day_max.
-- key: tenure_id
-- tenure_id string: The tenure.
-- person_id string: The person.
-- name_en string: Usual name in Latin letters.
-- name_zh string: Name in Chinese.
-- acting boolean: True for an acting head.
-- first_day_min date: First day on which the tenure may have begun.
-- first_day_max date: Last day on which it may have begun.
-- last_day_min date: First day on which it may have ended; of an ongoing tenure the date of the package.
-- last_day_max date: Last day on which it may have ended; of an ongoing tenure the date of the package.
SELECT t.tenure_id, t.person_id, p.name_en, p.name_zh, t.acting,
    t.start_date_min AS first_day_min,
    t.start_date_max AS first_day_max,
    coalesce(t.end_date_min,
        CASE WHEN t.end_status = 'ongoing' THEN a.as_of END,
        t.seen_last_min, t.start_date_max) AS last_day_min,
    coalesce(t.end_date_max, a.as_of) AS last_day_max
FROM tenures AS t
JOIN people AS p ON p.person_id = t.person_id
CROSS JOIN about AS a
WHERE t.post_id = 'ild-head' AND t.start_date IS NOT NULL
ORDER BY t.tenure_id
