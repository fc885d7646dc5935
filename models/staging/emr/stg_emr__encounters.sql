-- Visits and admissions as delivered: typed, trimmed, classes in lower case, codes in upper case.
with raw_encounters as (
    select
        encounter_id,
        patient_id,
        department_id,
        provider_id,
        payer_id,
        encounter_class,
        admission_type,
        admission_source,
        arrived_at,
        first_seen_at,
        admitted_at,
        emergency_departed_at,
        discharged_at,
        discharge_disposition,
        readmission_indicator,
        updated_at
    from {{ raw_emr('encounters') }}
),

final as (
    select
        {{ raw_text('encounter_id', 50) }} as encounter_id,
        {{ raw_text('patient_id', 50) }} as patient_id,
        {{ raw_text('department_id', 50) }} as department_id,
        {{ raw_text('provider_id', 50) }} as provider_id,
        {{ raw_text('payer_id', 50) }} as payer_id,
        {{ raw_word('encounter_class', 50) }} as encounter_class,
        {{ raw_word('admission_type', 50) }} as admission_type,
        {{ raw_text('admission_source', 100) }} as admission_source,
        {{ raw_timestamp('arrived_at') }} as arrived_at,
        {{ raw_timestamp('first_seen_at') }} as first_seen_at,
        {{ raw_timestamp('admitted_at') }} as admitted_at,
        {{ raw_timestamp('emergency_departed_at') }} as emergency_departed_at,
        {{ raw_timestamp('discharged_at') }} as discharged_at,
        {{ raw_code('discharge_disposition', 10) }} as discharge_disposition,
        {{ raw_code('readmission_indicator', 10) }} as readmission_indicator,
        {{ raw_timestamp('updated_at') }} as updated_at,
        {{ unreadable('encounters') }}
    from raw_encounters
)

select * from final
