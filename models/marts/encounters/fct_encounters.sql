-- One row per visit or admission, in progress or ended.
--
-- Rules live in the models that are joined here: durations in int_encounter_timings, diagnoses in
-- int_encounter_diagnoses, comorbidity in int_encounter_charlson, arrivals and returns at the
-- emergency department in int_emergency_visits and int_emergency_returns, money in
-- int_encounter_charges and int_encounter_revenue, what was true at the time in
-- int_encounter_history. Ages of 90 and more are pooled to 90.
with refreshed as (
    {{ encounters_to_refresh() }}
),

encounters as (
    select
        encounter_id,
        patient_id,
        department_id,
        provider_id,
        payer_id,
        encounter_class,
        admission_type,
        admission_source,
        discharge_disposition_code,
        is_flagged_readmission,
        age_at_arrival_years,
        arrived_at,
        first_seen_at,
        admitted_at,
        emergency_departed_at,
        discharged_at
    from {{ ref('int_encounters') }}
),

timings as (
    select
        encounter_id,
        length_of_stay_days,
        wait_minutes,
        boarding_minutes,
        is_left_without_being_seen,
        is_in_progress
    from {{ ref('int_encounter_timings') }}
),

encounter_diagnoses as (
    select
        encounter_id,
        principal_diagnosis_code,
        principal_diagnosis_code_system,
        diagnosis_count
    from {{ ref('int_encounter_diagnoses') }}
),

encounter_charlson as (
    select
        encounter_id,
        charlson_index
    from {{ ref('int_encounter_charlson') }}
),

emergency_visits as (
    select encounter_id
    from {{ ref('int_emergency_visits') }}
),

emergency_returns as (
    select
        encounter_id,
        is_emergency_return_72_hours,
        is_emergency_return_30_days
    from {{ ref('int_emergency_returns') }}
),

encounter_history as (
    select
        encounter_id,
        coverage_payer_id,
        staffed_beds_at_arrival
    from {{ ref('int_encounter_history') }}
),

encounter_charges as (
    select
        encounter_id,
        charge_line_count,
        total_charge_amount
    from {{ ref('int_encounter_charges') }}
),

encounter_revenue as (
    select
        encounter_id,
        billed_amount,
        net_revenue_amount
    from {{ ref('int_encounter_revenue') }}
),

encounter_ratings as (
    select
        encounter_id,
        overall_rating
    from {{ ref('int_encounter_ratings') }}
),

age_groups as (
    select
        age_group_key,
        minimum_age_years,
        maximum_age_years
    from {{ ref('dim_age_group') }}
),

dispositions as (
    select
        discharge_disposition_key,
        discharge_disposition_code,
        is_alive
    from {{ ref('dim_discharge_disposition') }}
),

final as (
    select
        -- keys
        {{ integer_key(['encounters.encounter_id']) }} as encounter_key,
        {{ integer_key(['encounters.patient_id']) }} as patient_key,
        coalesce(age_groups.age_group_key, cast(-1 as bigint)) as age_group_key,
        {{ integer_key(['encounters.department_id']) }} as department_key,
        {{ integer_key(['encounters.provider_id']) }} as provider_key,
        {{ integer_key(['encounters.payer_id']) }} as payer_key,
        {{ integer_key(['encounter_history.coverage_payer_id']) }} as coverage_payer_key,
        {{ integer_key([
            'encounter_diagnoses.principal_diagnosis_code_system',
            'encounter_diagnoses.principal_diagnosis_code',
        ]) }} as principal_diagnosis_key,
        coalesce(dispositions.discharge_disposition_key, cast(-1 as bigint))
            as discharge_disposition_key,
        {{ date_key('encounters.arrived_at') }} as arrival_date_key,
        {{ date_key('encounters.admitted_at') }} as admission_date_key,
        {{ date_key('encounters.discharged_at') }} as discharge_date_key,

        -- attributes
        encounters.encounter_id,
        encounters.encounter_class,
        encounters.admission_type,
        encounters.admission_source,
        cast(
            case
                when encounters.age_at_arrival_years > 90 then 90
                else encounters.age_at_arrival_years
            end as int
        ) as age_at_arrival_years,

        -- times
        encounters.arrived_at,
        encounters.first_seen_at,
        encounters.admitted_at,
        encounters.emergency_departed_at,
        encounters.discharged_at,

        -- flags
        timings.is_in_progress,
        cast(
            case when emergency_visits.encounter_id is null then 0 else 1 end as int
        ) as is_emergency_arrival,
        timings.is_left_without_being_seen,
        emergency_returns.is_emergency_return_72_hours,
        emergency_returns.is_emergency_return_30_days,
        cast(
            case
                when encounters.discharged_at is null then null
                when dispositions.is_alive = 0 then 1
                else 0
            end as int
        ) as is_in_hospital_death,
        encounters.is_flagged_readmission,

        -- measures
        timings.length_of_stay_days,
        timings.wait_minutes,
        timings.boarding_minutes,
        encounter_history.staffed_beds_at_arrival,
        encounter_charlson.charlson_index,
        cast(coalesce(encounter_diagnoses.diagnosis_count, 0) as int) as diagnosis_count,
        cast(coalesce(encounter_charges.charge_line_count, 0) as int) as charge_line_count,
        encounter_charges.total_charge_amount,
        encounter_revenue.billed_amount,
        encounter_revenue.net_revenue_amount,
        encounter_ratings.overall_rating,

        -- nightly run
        refreshed.source_version
    from encounters
    inner join refreshed
        on encounters.encounter_id = refreshed.encounter_id
    left join timings
        on encounters.encounter_id = timings.encounter_id
    left join encounter_diagnoses
        on encounters.encounter_id = encounter_diagnoses.encounter_id
    left join encounter_charlson
        on encounters.encounter_id = encounter_charlson.encounter_id
    left join emergency_visits
        on encounters.encounter_id = emergency_visits.encounter_id
    left join emergency_returns
        on encounters.encounter_id = emergency_returns.encounter_id
    left join encounter_history
        on encounters.encounter_id = encounter_history.encounter_id
    left join encounter_charges
        on encounters.encounter_id = encounter_charges.encounter_id
    left join encounter_revenue
        on encounters.encounter_id = encounter_revenue.encounter_id
    left join encounter_ratings
        on encounters.encounter_id = encounter_ratings.encounter_id
    left join age_groups
        on
            encounters.age_at_arrival_years
            between age_groups.minimum_age_years and age_groups.maximum_age_years
    left join dispositions
        on encounters.discharge_disposition_code = dispositions.discharge_disposition_code
)

select * from final
