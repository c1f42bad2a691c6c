-- title: Contacts of the department itself
-- description: One row per counted contact at which the department, or one of its bureaus and offices, took part.
-- key: contact_id
-- contact_id string: Id of the contact.
-- start_date string: Day or first day, as in contacts.
-- start_date_min date: First day that start_date can mean.
-- start_date_max date: Last day that start_date can mean.
-- year integer: Year of start_date; blank where the date is wider than one year.
-- kind string: Kind of contact.
-- mode string: How the two sides met.
-- direction string: Who travelled.
-- head_id string: The head of the department on every day that start_date can mean; blank where that is not certain.
-- with_head boolean: True if that head is among the participants of the Chinese side.
SELECT contact_id, start_date, start_date_min, start_date_max, year, kind, mode, direction,
    head_id, with_head
FROM counted_contacts
WHERE with_ild
ORDER BY contact_id
