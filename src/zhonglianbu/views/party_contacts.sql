-- title: Contacts with parties
-- description: One row per counted contact and foreign party that took part in it, itself or through a body whose parent it is. A contact with three parties gives three rows.
-- key: contact_id, organization_id
-- contact_id string: Id of the contact.
-- organization_id string: The party.
-- name_en string: Usual English name of the party.
-- country_id string: Country of the party.
-- partyfacts_id integer: Id in Party Facts.
-- start_date string: Day or first day, as in contacts.
-- year integer: Year of start_date; blank where the date is wider than one year.
-- direction string: Who travelled.
-- with_ild boolean: True if the department itself took part.
-- with_head boolean: True if the head of the department took part.
SELECT DISTINCT c.contact_id, o.organization_id, o.name_en, o.country_id, y.partyfacts_id,
    c.start_date, c.year, c.direction, c.with_ild, c.with_head
FROM counted_contacts AS c
JOIN participants AS p ON p.contact_id = c.contact_id AND p.side = 'foreign'
JOIN organizations AS acted ON acted.organization_id = p.organization_id
LEFT JOIN parties AS itself ON itself.organization_id = acted.organization_id
LEFT JOIN parties AS above ON above.organization_id = acted.parent_id
JOIN parties AS y
    ON y.organization_id = coalesce(itself.organization_id, above.organization_id)
JOIN organizations AS o ON o.organization_id = y.organization_id
ORDER BY c.contact_id, o.organization_id
