-- Coded diagnoses of the chosen source system.
with accepted_diagnoses as (
    select
        encounter_id,
        sequence,
        diagnosis_code,
        code_system,
        present_on_admission
    from {{ ref('int_checked_diagnoses') }}
    where rejected_by_rule is null
),

final as (
    select
        encounter_id,
        sequence,
        diagnosis_code,
        code_system,
        {{ known_code('present_on_admission', 'diagnoses', 'present_on_admission') }} as present_on_admission
    from accepted_diagnoses
)

select * from final
