-- Coded diagnoses of the chosen source system.
with staged_diagnoses as (
    select
        encounter_id,
        sequence,
        diagnosis_code,
        code_system,
        present_on_admission
    from {{ staged('diagnoses') }}
),

final as (
    select
        encounter_id,
        sequence,
        diagnosis_code,
        code_system,
        present_on_admission
    from staged_diagnoses
)

select * from final
