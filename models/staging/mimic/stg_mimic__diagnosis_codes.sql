-- What the codes that occur in MIMIC-IV's diagnoses mean.
with raw_codes as (
    select
        icd_code,
        icd_version,
        long_title
    from {{ source('mimic', 'd_icd_diagnoses') }}
),

diagnoses as (
    select
        code_system,
        diagnosis_code
    from {{ ref('stg_mimic__diagnoses') }}
    group by
        code_system,
        diagnosis_code
),

cleaned as (
    select
        {{ raw_code('icd_code', 20) }} as icd_code,
        {{ raw_integer('icd_version') }} as icd_version,
        {{ raw_text('long_title', 300) }} as short_description
    from raw_codes
),

described as (
    select
        {{ icd_code_system('icd_version') }} as code_system,
        {{ icd_dotted('icd_code', 'icd_version') }} as diagnosis_code,
        short_description
    from cleaned
),

final as (
    select
        described.code_system,
        described.diagnosis_code,
        described.short_description
    from described
    inner join diagnoses
        on
            described.code_system = diagnoses.code_system
            and described.diagnosis_code = diagnoses.diagnosis_code
)

select * from final
