-- From one midnight to the next, the census changes by the day's admissions minus its discharges.
with census as (
    select
        department_key,
        date_key,
        admissions,
        discharges,
        midnight_census,
        lag(midnight_census) over (
            partition by department_key order by date_key
        ) as midnight_census_before
    from {{ ref('fct_daily_census') }}
)

select
    department_key,
    date_key,
    midnight_census
from census
where midnight_census - coalesce(midnight_census_before, 0) <> admissions - discharges
