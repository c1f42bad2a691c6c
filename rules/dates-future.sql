-- title: Nothing that is recorded begins after the release.
-- severity: error
-- why: A date to come is a misprint.
-- hint: Mend the date.
SELECT s.resource, s.line, 'start_date' AS field,
    s.first || ' is after the release of ' || a.day AS detail
FROM _span AS s, _as_of AS a
WHERE edtf_min(s.first) > a.day
