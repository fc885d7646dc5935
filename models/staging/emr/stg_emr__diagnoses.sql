-- Coded diagnoses as delivered, with the code in its dotted form.
with raw_diagnoses as (
    select
        encounter_id,
        sequence,
        icd10_code,
        present_on_admission
    from {{ raw_emr('diagnoses') }}
),

cleaned as (
    select
        {{ raw_text('encounter_id', 50) }} as encounter_id,
        {{ raw_integer('sequence') }} as sequence,
        {{ raw_code('icd10_code', 20) }} as icd10_code,
        {{ raw_code('present_on_admission', 10) }} as present_on_admission,
        {{ unreadable('diagnoses') }}
    from raw_diagnoses
),

final as (
    select
        encounter_id,
        sequence,
        cast(
            case
                when {{ is_icd10_shape("replace(icd10_code, '.', '')") }}
                    then {{ icd10_dotted('icd10_code') }}
                else icd10_code
            end as varchar(20)
        ) as diagnosis_code,
        cast('ICD-10-CM' as varchar(20)) as code_system,
        present_on_admission,
        unreadable_column,
        unreadable_value
    from cleaned
)

select * from final
