-- title: Nothing may end before it starts.
-- severity: warning
-- why: Dates known to the year or month leave it open which came first.
-- hint: Look for a more precise date; leave it if there is none.
SELECT resource, line, 'end_date' AS field, 'from ' || first || ' until ' || last AS detail
FROM _span
WHERE first <> last AND edtf_max(first) > edtf_min(last) AND edtf_min(first) <= edtf_max(last)
    -- a span within one year or month is said as precisely as it can be
    AND edtf_max(first) > edtf_max(last)
