-- One row per coded diagnosis of an encounter.
with refreshed as (
    {{ encounters_to_refresh() }}
),

diagnoses as (
    select
        encounter_id,
        sequence,
        diagnosis_code,
        code_system,
        present_on_admission
    from {{ ref('int_checked_diagnoses') }}
    where rejected_by_rule is null
),

diagnosis_codes as (
    select
        diagnosis_key,
        code_system,
        diagnosis_code,
        chronic_group
    from {{ ref('dim_diagnosis') }}
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
        coalesce(diagnosis_codes.diagnosis_key, cast(-1 as bigint)) as diagnosis_key,
        encounter_keys.arrival_date_key,
        encounter_keys.discharge_date_key,

        -- attributes
        diagnoses.sequence,
        cast(case when diagnoses.sequence = 1 then 1 else 0 end as int) as is_principal,
        cast(
            case diagnoses.present_on_admission when 'Y' then 1 when 'N' then 0 end as int
        ) as is_present_on_admission,
        cast(coalesce(diagnosis_codes.chronic_group, 'None') as varchar(50)) as chronic_group,

        -- nightly run
        refreshed.source_version
    from diagnoses
    left join diagnosis_codes
        on
            diagnoses.code_system = diagnosis_codes.code_system
            and diagnoses.diagnosis_code = diagnosis_codes.diagnosis_code
    inner join encounter_keys
        on diagnoses.encounter_id = encounter_keys.encounter_id
    inner join refreshed
        on diagnoses.encounter_id = refreshed.encounter_id
)

select * from final
