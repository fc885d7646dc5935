-- How long each encounter took.
--
-- Rules: length of stay is the discharge date minus the admission date, at least
-- minimum_length_of_stay_days (a variable, 1), for inpatient and observation encounters that have
-- ended; nights are the same without the minimum; wait is the time from arrival until a provider
-- first saw the patient, boarding that from the decision to admit until the patient left the
-- emergency department for the ward, both null where the extract lacks an end of it or has the two
-- in reverse; an emergency patient with disposition LWBS left without being seen; an encounter
-- without a discharge is in progress.
with encounters as (
    select
        encounter_id,
        encounter_class,
        discharge_disposition_code,
        arrived_at,
        first_seen_at,
        admitted_at,
        emergency_departed_at,
        discharged_at
    from {{ ref('int_encounters') }}
),

durations as (
    select
        encounter_id,
        encounter_class,
        discharge_disposition_code,
        discharged_at,
        case
            when encounter_class in ('inpatient', 'observation')
                then {{ days_between('admitted_at', 'discharged_at') }}
        end as nights,
        case
            when first_seen_at >= arrived_at
                then {{ minutes_between('arrived_at', 'first_seen_at') }}
        end as wait_minutes,
        {{ minutes_between('admitted_at', 'emergency_departed_at') }} as boarding_minutes
    from encounters
),

final as (
    select
        encounter_id,
        cast(nights as int) as nights,
        cast(
            case
                when nights < {{ var('minimum_length_of_stay_days') }}
                    then {{ var('minimum_length_of_stay_days') }}
                else nights
            end as int
        ) as length_of_stay_days,
        cast(wait_minutes as int) as wait_minutes,
        cast(case when boarding_minutes >= 0 then boarding_minutes end as int) as boarding_minutes,
        cast(
            case
                when encounter_class <> 'emergency' then null
                when discharge_disposition_code = 'LWBS' then 1
                else 0
            end as int
        ) as is_left_without_being_seen,
        cast(case when discharged_at is null then 1 else 0 end as int) as is_in_progress
    from durations
)

select * from final
