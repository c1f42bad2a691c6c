-- title: A source is published before it is read, and read before the release.
-- severity: error
-- why: The wrong year is the usual mistake in an access date.
-- hint: Mend published or accessed.
SELECT 'sources' AS resource, s._line AS line, 'accessed' AS field,
    'published ' || coalesce(s.published, 'blank') || ', read ' || coalesce(s.accessed, 'blank')
        || ', release of ' || a.day AS detail
FROM sources AS s, _as_of AS a
WHERE edtf_min(s.published) > edtf_min(s.accessed)
    OR edtf_min(s.accessed) > a.day
    OR edtf_min(s.published) > a.day
