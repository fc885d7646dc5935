-- Coded diagnoses of MIMIC-IV. ICD-10-CM codes as they are; ICD-9-CM codes are kept with their code
-- system, not translated, because a crosswalk would guess.
with raw_diagnoses as (
    select
        hadm_id,
        seq_num,
        icd_code,
        icd_version
    from {{ source('mimic', 'diagnoses_icd') }}
),

cleaned as (
    select
        {{ raw_text('hadm_id', 50) }} as encounter_id,
        {{ raw_integer('seq_num') }} as sequence,
        {{ raw_code('icd_code', 20) }} as icd_code,
        {{ raw_integer('icd_version') }} as icd_version,
        {{ unreadable(columns={
            'sequence': {'source': 'seq_num', 'data_type': 'int'},
            'icd10_code': {'source': 'icd_version', 'data_type': 'int'},
        }) }}
    from raw_diagnoses
),

final as (
    select
        encounter_id,
        sequence,
        {{ icd_dotted('icd_code', 'icd_version') }} as diagnosis_code,
        {{ icd_code_system('icd_version') }} as code_system,
        cast(null as varchar(10)) as present_on_admission,
        unreadable_column,
        unreadable_value
    from cleaned
)

select * from final
