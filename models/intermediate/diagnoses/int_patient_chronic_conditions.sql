-- Which chronic conditions a patient has been coded with, at any encounter in the data.
--
-- Rule: one diagnosis of the group in any position is enough. The groups are those of the reference
-- seed chronic_condition_groups.
with diagnoses as (
    select
        encounter_id,
        diagnosis_code,
        code_system
    from {{ ref('int_checked_diagnoses') }}
    where rejected_by_rule is null
),

encounters as (
    select
        encounter_id,
        patient_id
    from {{ ref('int_encounters') }}
),

code_groups as (
    select
        diagnosis_code,
        code_system,
        chronic_group
    from {{ ref('int_diagnosis_code_groups') }}
    where chronic_group is not null
),

coded as (
    select
        encounters.patient_id,
        code_groups.chronic_group
    from diagnoses
    inner join code_groups
        on
            diagnoses.diagnosis_code = code_groups.diagnosis_code
            and diagnoses.code_system = code_groups.code_system
    inner join encounters
        on diagnoses.encounter_id = encounters.encounter_id
    group by
        encounters.patient_id,
        code_groups.chronic_group
),

final as (
    select
        patient_id,
        cast(
            max(case when chronic_group = 'Diabetes' then 1 else 0 end) as int
        ) as has_diabetes,
        cast(
            max(case when chronic_group = 'Heart failure' then 1 else 0 end) as int
        ) as has_heart_failure,
        cast(
            max(case when chronic_group = 'Ischemic heart disease' then 1 else 0 end) as int
        ) as has_ischemic_heart_disease,
        cast(
            max(case when chronic_group = 'Hypertension' then 1 else 0 end) as int
        ) as has_hypertension,
        cast(
            max(case when chronic_group = 'COPD' then 1 else 0 end) as int
        ) as has_copd,
        cast(
            max(case when chronic_group = 'Asthma' then 1 else 0 end) as int
        ) as has_asthma,
        cast(
            max(case when chronic_group = 'Chronic kidney disease' then 1 else 0 end) as int
        ) as has_chronic_kidney_disease,
        cast(
            max(case when chronic_group = 'Cancer' then 1 else 0 end) as int
        ) as has_cancer
    from coded
    group by patient_id
)

select * from final
