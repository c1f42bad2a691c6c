-- title: Contacts that are counted
-- description: One row per contact with in_statistics true: its year, whether the department and its head took part. What every count rests on.
-- key: contact_id
-- contact_id string: Id of the contact.
-- start_date string: Day or first day, as in contacts.
-- start_date_min date: First day that start_date can mean.
-- start_date_max date: Last day that start_date can mean.
-- year integer: Year of start_date; blank where the date is wider than one year, so that the contact is in no year.
-- kind string: Kind of contact.
-- mode string: How the two sides met.
-- direction string: Who travelled.
-- with_ild boolean: True if a participant of the Chinese side acted for the department or one of its bureaus and offices; affiliates are not the department.
-- head_id string: The head of the department on every day that start_date can mean; blank where that is not certain.
-- with_head boolean: True if that head is among the participants of the Chinese side.
WITH RECURSIVE units(organization_id) AS (
    SELECT organization_id FROM organizations WHERE organization_id = 'ild'
    UNION
    SELECT o.organization_id FROM organizations AS o
    JOIN units AS u ON o.parent_id = u.organization_id
    WHERE o.kind IN ('bureau', 'office')),
present AS (
    SELECT contact_id, max(CASE WHEN organization_id IN (SELECT organization_id FROM units)
        THEN 1 ELSE 0 END) AS units
    FROM participants WHERE side = 'cpc' GROUP BY contact_id),
headed AS (
    -- one head: on the day of a change both are certain, and then neither is
    SELECT c.contact_id, min(h.person_id) AS head_id
    FROM contacts AS c
    JOIN heads_on AS h
        ON c.start_date_min >= h.first_day_max AND c.start_date_max <= h.last_day_min
    GROUP BY c.contact_id HAVING count(DISTINCT h.person_id) = 1)
SELECT c.contact_id, c.start_date, c.start_date_min, c.start_date_max,
    CASE WHEN substr(CAST(c.start_date_min AS TEXT), 1, 4)
            = substr(CAST(c.start_date_max AS TEXT), 1, 4)
        THEN CAST(substr(CAST(c.start_date_min AS TEXT), 1, 4) AS INTEGER) END AS year,
    c.kind, c.mode, c.direction,
    coalesce(p.units, 0) = 1 AS with_ild,
    h.head_id,
    EXISTS (SELECT 1 FROM participants AS q
        WHERE q.contact_id = c.contact_id AND q.side = 'cpc' AND q.person_id = h.head_id
    ) AS with_head
FROM contacts AS c
LEFT JOIN present AS p ON p.contact_id = c.contact_id
LEFT JOIN headed AS h ON h.contact_id = c.contact_id
WHERE c.in_statistics
ORDER BY c.contact_id
