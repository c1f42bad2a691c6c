-- title: Contacts as one table
-- description: One row per contact and foreign participant, names resolved, for those who want one table. A contact with two foreign participants gives two rows: count distinct contact_id, or weight by 1/counterparts.
-- key: contact_id, seq
-- contact_id string: Id of the contact.
-- seq integer: Place of the participant within the contact.
-- in_statistics boolean: True for an encounter that happened and is counted once.
-- start_date string: Day or first day, as in contacts.
-- start_date_min date: First day that start_date can mean.
-- start_date_max date: Last day that start_date can mean.
-- end_date string: Last day, where it lasted.
-- date_basis string: What the date rests on.
-- kind string: Kind of contact.
-- mode string: How the two sides met.
-- direction string: Who travelled.
-- place string: City.
-- place_country_id string: Country of the place.
-- series_name string: The forum or mechanism it belongs to.
-- title string: What took place, in our words.
-- counterparts integer: How many foreign participants the contact has.
-- person_name string: Name of the foreign person as the source prints it.
-- person_id string: The person, only where certain.
-- person_name_en string: Usual name of that person.
-- role string: The office in which the person took part.
-- organization_id string: What the foreign participant acted for.
-- organization_name_en string: Its usual English name.
-- organization_name_zh string: Its Chinese name.
-- organization_kind string: What kind of body it is.
-- party_id string: The party that the body is or belongs to.
-- partyfacts_id integer: Id of that party in Party Facts.
-- country_id string: Country of the foreign participant, ISO alpha-3.
-- country_name_en string: Its English name.
-- cow integer: Its code in the Correlates of War project.
-- region string: Its region of the United Nations Statistics Division.
-- capacity string: In what capacity the participant took part.
-- is_head boolean: True for the one who led or ranked first.
-- party_status string: Standing of the party at the time.
-- cpc_person_name string: Who led or ranked first on the Chinese side.
-- cpc_person_id string: That person, only where certain.
-- cpc_role string: That person's office.
-- cpc_organization_id string: What that person acted for.
-- sources integer: How many documents support the contact.
-- source_id string: The first of them by id.
-- source_url string: Its address.
WITH counted AS (
    SELECT contact_id, count(*) AS counterparts
    FROM participants WHERE side = 'foreign' GROUP BY contact_id),
hosts AS (
    SELECT contact_id, min(seq) AS seq
    FROM participants WHERE side = 'cpc' AND is_head GROUP BY contact_id),
cited AS (
    SELECT subject_id, count(DISTINCT source_id) AS sources, min(source_id) AS source_id
    FROM citations WHERE stance = 'supports' GROUP BY subject_id)
SELECT c.contact_id, p.seq, c.in_statistics, c.start_date, c.start_date_min, c.start_date_max,
    c.end_date, c.date_basis, c.kind, c.mode, c.direction, c.place,
    c.country_id AS place_country_id, s.name_en AS series_name, c.title, n.counterparts,
    p.person_name, p.person_id, x.name_en AS person_name_en, p.role, p.organization_id,
    o.name_en AS organization_name_en, o.name_zh AS organization_name_zh,
    o.kind AS organization_kind, y.organization_id AS party_id, y.partyfacts_id,
    p.country_id, l.name_en AS country_name_en, l.cow, l.region,
    p.capacity, p.is_head, p.party_status,
    q.person_name AS cpc_person_name, q.person_id AS cpc_person_id, q.role AS cpc_role,
    q.organization_id AS cpc_organization_id,
    i.sources, i.source_id, d.url AS source_url
FROM contacts AS c
JOIN participants AS p ON p.contact_id = c.contact_id AND p.side = 'foreign'
JOIN counted AS n ON n.contact_id = c.contact_id
LEFT JOIN series AS s ON s.series_id = c.series_id
LEFT JOIN people AS x ON x.person_id = p.person_id
LEFT JOIN organizations AS o ON o.organization_id = p.organization_id
LEFT JOIN parties AS itself ON itself.organization_id = o.organization_id
LEFT JOIN parties AS above ON above.organization_id = o.parent_id
LEFT JOIN parties AS y
    ON y.organization_id = coalesce(itself.organization_id, above.organization_id)
LEFT JOIN countries AS l ON l.country_id = p.country_id
LEFT JOIN hosts AS h ON h.contact_id = c.contact_id
LEFT JOIN participants AS q ON q.contact_id = h.contact_id AND q.seq = h.seq
LEFT JOIN cited AS i ON i.subject_id = c.contact_id
LEFT JOIN sources AS d ON d.source_id = i.source_id
ORDER BY c.contact_id, p.seq
