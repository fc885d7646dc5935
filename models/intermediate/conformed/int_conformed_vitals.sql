-- Measurement sets of the chosen source system, with the unit in each name.
with accepted_vitals as (
    select
        vital_id,
        encounter_id,
        measured_at,
        systolic_bp,
        diastolic_bp,
        heart_rate,
        glucose
    from {{ ref('int_checked_vitals') }}
    where rejected_by_rule is null
),

final as (
    select
        vital_id,
        encounter_id,
        measured_at,
        systolic_bp as systolic_bp_mmhg,
        diastolic_bp as diastolic_bp_mmhg,
        heart_rate as heart_rate_bpm,
        glucose as glucose_mg_dl
    from accepted_vitals
)

select * from final
