-- The calendar has whole years without a gap: as many rows as days from the first to the last.
select
    min(calendar_date) as first_day,
    max(calendar_date) as last_day,
    count(*) as day_count
from {{ ref('dim_date') }}
having
    count(*) <> {{ days_between('min(calendar_date)', 'max(calendar_date)') }} + 1
    or month(min(calendar_date)) <> 1
    or day(min(calendar_date)) <> 1
    or month(max(calendar_date)) <> 12
    or day(max(calendar_date)) <> 31
