-- title: An ended tenure is not ongoing, and an ongoing one has no end.
-- severity: error
-- why: end_date and end_status would say two things.
-- hint: Mend end_status or end_date.
SELECT 'tenures' AS resource, _line AS line, 'end_status' AS field,
    end_status || ' with end_date ' || coalesce(end_date, 'blank') AS detail
FROM tenures
WHERE end_date IS NOT NULL AND end_status <> 'ended'
