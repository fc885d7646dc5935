-- The census has every admission of an inpatient, and every discharge, on some day of its
-- department.
with census as (
    select
        department_key,
        sum(admissions) as admissions,
        sum(discharges) as discharges,
        max(date_key) as last_date_key
    from {{ ref('fct_daily_census') }}
    group by department_key
),

encounters as (
    select
        encounters.department_key,
        sum(case when encounters.admission_date_key <= census.last_date_key then 1 else 0 end)
            as admissions,
        sum(case when encounters.discharge_date_key <= census.last_date_key then 1 else 0 end)
            as discharges
    from {{ ref('fct_encounters') }} as encounters
    inner join census
        on encounters.department_key = census.department_key
    where encounters.encounter_class = 'inpatient'
    group by encounters.department_key
)

select
    census.department_key,
    census.admissions,
    encounters.admissions as expected_admissions,
    census.discharges,
    encounters.discharges as expected_discharges
from census
inner join encounters
    on census.department_key = encounters.department_key
where
    census.admissions <> encounters.admissions
    or census.discharges <> encounters.discharges
