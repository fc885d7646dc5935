-- Measurement sets as delivered: typed, nothing else.
with raw_vitals as (
    select
        vital_id,
        encounter_id,
        measured_at,
        systolic_bp,
        diastolic_bp,
        heart_rate,
        glucose
    from {{ raw_emr('vitals') }}
),

final as (
    select
        {{ raw_text('vital_id', 50) }} as vital_id,
        {{ raw_text('encounter_id', 50) }} as encounter_id,
        {{ raw_timestamp('measured_at') }} as measured_at,
        {{ raw_integer('systolic_bp') }} as systolic_bp,
        {{ raw_integer('diastolic_bp') }} as diastolic_bp,
        {{ raw_integer('heart_rate') }} as heart_rate,
        {{ raw_integer('glucose') }} as glucose,
        {{ unreadable('vitals') }}
    from raw_vitals
)

select * from final
