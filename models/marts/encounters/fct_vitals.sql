-- One row per set of measurements taken together. What counts as abnormal is in int_vital_flags.
with refreshed as (
    {{ encounters_to_refresh() }}
),

vitals as (
    select
        vital_id,
        encounter_id,
        measured_at,
        systolic_bp as systolic_bp_mmhg,
        diastolic_bp as diastolic_bp_mmhg,
        heart_rate as heart_rate_bpm,
        glucose as glucose_mg_dl
    from {{ ref('int_checked_vitals') }}
    where rejected_by_rule is null
),

vital_flags as (
    select
        vital_id,
        blood_pressure_stage,
        is_tachycardia,
        is_bradycardia,
        is_hyperglycemia,
        is_hypoglycemia
    from {{ ref('int_vital_flags') }}
),

encounter_keys as (
    select
        encounter_id,
        encounter_key,
        patient_key,
        age_group_key,
        department_key
    from {{ ref('fct_encounters') }}
),

final as (
    select
        -- keys
        {{ integer_key(['vitals.vital_id']) }} as vital_key,
        encounter_keys.encounter_key,
        encounter_keys.patient_key,
        encounter_keys.age_group_key,
        encounter_keys.department_key,
        {{ date_key('vitals.measured_at') }} as measurement_date_key,

        -- times
        vitals.measured_at,

        -- attributes
        vital_flags.blood_pressure_stage,

        -- flags
        vital_flags.is_tachycardia,
        vital_flags.is_bradycardia,
        vital_flags.is_hyperglycemia,
        vital_flags.is_hypoglycemia,

        -- measures
        vitals.systolic_bp_mmhg,
        vitals.diastolic_bp_mmhg,
        vitals.heart_rate_bpm,
        vitals.glucose_mg_dl,

        -- nightly run
        refreshed.source_version
    from vitals
    inner join vital_flags
        on vitals.vital_id = vital_flags.vital_id
    inner join encounter_keys
        on vitals.encounter_id = encounter_keys.encounter_id
    inner join refreshed
        on vitals.encounter_id = refreshed.encounter_id
)

select * from final
