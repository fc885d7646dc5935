-- One row per coded diagnosis of an encounter.
with diagnoses as (
    select
        encounter_id,
        sequence,
        diagnosis_code,
        code_system,
        present_on_admission
    from {{ ref('int_conformed_diagnoses') }}
),

code_groups as (
    select
        code_system,
        diagnosis_code,
        chronic_group
    from {{ ref('int_diagnosis_code_groups') }}
),

encounter_keys as (
    select
        encounter_id,
        encounter_key,
        patient_key,
        age_group_key,
        department_key,
        arrival_date_key,
        discharge_date_key
    from {{ ref('fct_encounters') }}
),

final as (
    select
        -- keys
        {{ integer_key(['diagnoses.encounter_id', 'diagnoses.sequence']) }}
            as encounter_diagnosis_key,
        encounter_keys.encounter_key,
        encounter_keys.patient_key,
        encounter_keys.age_group_key,
        encounter_keys.department_key,
        {{ integer_key(['diagnoses.code_system', 'diagnoses.diagnosis_code']) }} as diagnosis_key,
        encounter_keys.arrival_date_key,
        encounter_keys.discharge_date_key,

        -- attributes
        diagnoses.sequence,
        cast(case when diagnoses.sequence = 1 then 1 else 0 end as int) as is_principal,
        cast(
            case diagnoses.present_on_admission when 'Y' then 1 when 'N' then 0 end as int
        ) as is_present_on_admission,
        cast(coalesce(code_groups.chronic_group, 'None') as varchar(50)) as chronic_group
    from diagnoses
    left join code_groups
        on
            diagnoses.code_system = code_groups.code_system
            and diagnoses.diagnosis_code = code_groups.diagnosis_code
    inner join encounter_keys
        on diagnoses.encounter_id = encounter_keys.encounter_id
)

select * from final
