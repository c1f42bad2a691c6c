-- title: Nothing ends before it starts.
-- severity: error
-- why: The two dates certainly contradict each other.
-- hint: Mend one of the two dates.
SELECT resource, line, 'end_date' AS field, 'from ' || first || ' until ' || last AS detail
FROM _span
WHERE edtf_min(first) > edtf_max(last)
