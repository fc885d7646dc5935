-- Emergency patients who were discharged home and returned.
--
-- Rule: an emergency encounter discharged home (disposition group Home) returns when the patient's
-- next emergency or inpatient encounter arrives after the departure, within 72 hours, or within 30
-- calendar days. Null, never 0, for other encounters and where the data end before the window does.
--
-- One pass over each patient's events: the next arrival after a departure is a running minimum.
with encounters as (
    select
        encounter_id,
        patient_id,
        encounter_class,
        discharge_disposition_code,
        arrived_at,
        discharged_at
    from {{ ref('int_encounters') }}
    where encounter_class in ('emergency', 'inpatient')
),

dispositions as (
    select discharge_disposition_code
    from {{ ref('discharge_dispositions') }}
    where disposition_group = 'Home'
),

data_period as (
    select follow_up_end_date
    from {{ ref('int_data_period') }}
),

sent_home as (
    select
        encounters.encounter_id,
        encounters.patient_id,
        encounters.discharged_at
    from encounters
    inner join dispositions
        on encounters.discharge_disposition_code = dispositions.discharge_disposition_code
    where
        encounters.encounter_class = 'emergency'
        and encounters.discharged_at is not null
),

-- An arrival in the same minute as the departure is sorted before it, and so is not a return.
timeline as (
    select
        patient_id,
        encounter_id,
        arrived_at as event_at,
        0 as is_departure
    from encounters

    union all

    select
        patient_id,
        encounter_id,
        discharged_at as event_at,
        1 as is_departure
    from sent_home
),

followed as (
    select
        encounter_id,
        event_at as departed_at,
        is_departure,
        min(case when is_departure = 0 then event_at end) over (
            partition by patient_id
            order by event_at, is_departure
            rows between 1 following and unbounded following
        ) as next_arrived_at
    from timeline
),

timed as (
    select
        followed.encounter_id,
        {{ days_between('followed.departed_at', 'data_period.follow_up_end_date') }}
            as follow_up_days,
        {{ minutes_between('followed.departed_at', 'followed.next_arrived_at') }}
            as minutes_to_return,
        {{ days_between('followed.departed_at', 'followed.next_arrived_at') }} as days_to_return
    from followed
    cross join data_period
    where followed.is_departure = 1
),

final as (
    select
        encounter_id,
        cast(
            case
                when follow_up_days < 3 then null
                when minutes_to_return <= 72 * 60 then 1
                else 0
            end as int
        ) as is_emergency_return_72_hours,
        cast(
            case
                when follow_up_days < 30 then null
                when days_to_return <= 30 then 1
                else 0
            end as int
        ) as is_emergency_return_30_days
    from timed
)

select * from final
