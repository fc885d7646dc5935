-- The LACE index of each inpatient stay: the risk of readmission or death within 30 days, 0 to 19.
--
-- Rules (van Walraven et al. 2010):
--   L  nights: 0 -> 0, 1 -> 1, 2 -> 2, 3 -> 3, 4 to 6 -> 4, 7 to 13 -> 5, 14 and more -> 7
--   A  emergency, urgent or trauma admission -> 3
--   C  LACE's own weights of the comorbidities that count for the stay, added up
--      (int_stay_comorbidities); a total of 4 and more scores 5
--   E  arrivals at the emergency department from the day six months before the admission until the
--      arrival, at most 4; the one that led to the admission does not count
-- Bands: 0 to 4 low, 5 to 9 moderate, 10 and more high.
--
-- Visits are counted with a running count over each patient's events, read off at both ends of the
-- six months.
with stays as (
    select
        stay_id,
        patient_id,
        admission_type,
        admitted_at,
        discharged_at
    from {{ ref('int_acute_stays') }}
),

encounters as (
    select
        encounter_id,
        arrived_at
    from {{ ref('int_encounters') }}
),

emergency_visits as (
    select
        encounter_id,
        patient_id,
        arrived_at,
        led_to_encounter_id
    from {{ ref('int_emergency_visits') }}
),

stay_comorbidities as (
    select
        stay_id,
        lace_comorbidity_weight
    from {{ ref('int_stay_comorbidities') }}
),

-- Only a visit that is counted below, because it arrived before the stay, has to be taken out
-- again.
leading_visits as (
    select
        emergency_visits.led_to_encounter_id as stay_id,
        count(*) as leading_visit_count
    from emergency_visits
    inner join encounters
        on emergency_visits.led_to_encounter_id = encounters.encounter_id
    where emergency_visits.arrived_at < encounters.arrived_at
    group by emergency_visits.led_to_encounter_id
),

-- A question stands before a visit of the same minute.
timeline as (
    select
        stays.patient_id,
        stays.stay_id,
        cast({{ add_months('cast(stays.admitted_at as date)', -6) }} as {{ dbt.type_timestamp() }})
            as event_at,
        0 as is_visit,
        -1 as sign
    from stays

    union all

    select
        stays.patient_id,
        stays.stay_id,
        encounters.arrived_at as event_at,
        0 as is_visit,
        1 as sign
    from stays
    inner join encounters
        on stays.stay_id = encounters.encounter_id

    union all

    select
        patient_id,
        cast(null as varchar(50)) as stay_id,
        arrived_at as event_at,
        1 as is_visit,
        0 as sign
    from emergency_visits
),

counted as (
    select
        stay_id,
        is_visit,
        sign,
        sum(is_visit) over (
            partition by patient_id
            order by event_at, is_visit
            rows between unbounded preceding and current row
        ) as visits_so_far
    from timeline
),

visits_before as (
    select
        stay_id,
        sum(sign * visits_so_far) as emergency_visit_count
    from counted
    where is_visit = 0
    group by stay_id
),

measured as (
    select
        stays.stay_id,
        stays.admission_type,
        {{ days_between('stays.admitted_at', 'stays.discharged_at') }} as nights,
        stay_comorbidities.lace_comorbidity_weight,
        visits_before.emergency_visit_count
        - coalesce(leading_visits.leading_visit_count, 0) as emergency_visit_count
    from stays
    inner join visits_before
        on stays.stay_id = visits_before.stay_id
    inner join stay_comorbidities
        on stays.stay_id = stay_comorbidities.stay_id
    left join leading_visits
        on stays.stay_id = leading_visits.stay_id
),

parts as (
    select
        stay_id,
        case
            when nights < 4 then nights
            when nights < 7 then 4
            when nights < 14 then 5
            else 7
        end as length_of_stay_points,
        case
            when admission_type in ('emergency', 'urgent', 'trauma') then 3 else 0
        end as acuity_points,
        case
            when lace_comorbidity_weight >= 4 then 5 else lace_comorbidity_weight
        end as comorbidity_points,
        case
            when emergency_visit_count > 4 then 4
            when emergency_visit_count < 0 then 0
            else emergency_visit_count
        end as emergency_visit_points
    from measured
),

final as (
    select
        stay_id,
        cast(length_of_stay_points as int) as lace_length_of_stay_points,
        cast(acuity_points as int) as lace_acuity_points,
        cast(comorbidity_points as int) as lace_comorbidity_points,
        cast(emergency_visit_points as int) as lace_emergency_visit_points,
        cast(
            length_of_stay_points + acuity_points + comorbidity_points + emergency_visit_points
            as int
        ) as lace_index,
        cast(
            case
                when
                    length_of_stay_points
                    + acuity_points
                    + comorbidity_points
                    + emergency_visit_points
                    < 5 then 'Low'
                when
                    length_of_stay_points
                    + acuity_points
                    + comorbidity_points
                    + emergency_visit_points
                    < 10 then 'Moderate'
                else 'High'
            end as varchar(10)
        ) as lace_band
    from parts
)

select * from final
