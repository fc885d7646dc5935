-- Inpatients in bed at the end of each day, by department.
--
-- Rule: the midnight census of a day counts the inpatient encounters with admission date <= day <
-- discharge date, in the department responsible at discharge; a patient who is still admitted
-- counts to the end of the data. Days run from the first to the last arrival in the data.
--
-- Running sum of admissions minus discharges, so that the work does not grow with the length of
-- stay.
with encounters as (
    select
        department_id,
        encounter_class,
        cast(arrived_at as date) as arrival_date,
        cast(admitted_at as date) as admission_date,
        cast(discharged_at as date) as discharge_date
    from {{ ref('int_encounters') }}
),

data_period as (
    select
        first_arrival_date,
        last_arrival_date
    from {{ ref('int_data_period') }}
),

days as (
    select calendar_date
    from {{ ref('int_calendar_days') }}
),

-- The department is missing in some encounters: they count in a department without a number.
departments as (
    select department_id
    from encounters
    group by department_id
),

department_days as (
    select
        departments.department_id,
        days.calendar_date
    from departments
    cross join days
    inner join data_period
        on
            days.calendar_date
            between data_period.first_arrival_date and data_period.last_arrival_date
),

events as (
    select
        department_id,
        arrival_date as event_date,
        1 as arrivals,
        0 as admissions,
        0 as discharges
    from encounters

    union all

    select
        encounters.department_id,
        -- admitted before the first day of the data: there from the start
        case
            when encounters.admission_date < data_period.first_arrival_date
                then data_period.first_arrival_date
            else encounters.admission_date
        end as event_date,
        0 as arrivals,
        1 as admissions,
        0 as discharges
    from encounters
    cross join data_period
    where
        encounters.encounter_class = 'inpatient'
        and encounters.admission_date is not null

    union all

    select
        department_id,
        discharge_date as event_date,
        0 as arrivals,
        0 as admissions,
        1 as discharges
    from encounters
    where
        encounter_class = 'inpatient'
        and admission_date is not null
        and discharge_date is not null
),

daily as (
    select
        coalesce(department_id, '') as department_id,
        event_date,
        sum(arrivals) as arrivals,
        sum(admissions) as admissions,
        sum(discharges) as discharges
    from events
    group by
        coalesce(department_id, ''),
        event_date
),

counted as (
    select
        department_days.department_id,
        department_days.calendar_date,
        coalesce(daily.arrivals, 0) as arrivals,
        coalesce(daily.admissions, 0) as admissions,
        coalesce(daily.discharges, 0) as discharges
    from department_days
    left join daily
        on
            coalesce(department_days.department_id, '') = daily.department_id
            and department_days.calendar_date = daily.event_date
),

final as (
    select
        department_id,
        calendar_date,
        cast(arrivals as int) as arrivals,
        cast(admissions as int) as admissions,
        cast(discharges as int) as discharges,
        cast(
            sum(admissions - discharges) over (
                partition by department_id
                order by calendar_date
                rows between unbounded preceding and current row
            ) as int
        ) as midnight_census
    from counted
)

select * from final
