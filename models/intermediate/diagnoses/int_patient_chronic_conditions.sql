-- Which chronic conditions a patient has been coded with, at any encounter in the data.
--
-- Rule: one diagnosis of the group in any position is enough.
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

final as (
    select
        {% for column, chronic_group in chronic_condition_columns().items() %}
            cast(
                max(
                    case when code_groups.chronic_group = '{{ chronic_group }}' then 1 else 0 end
                ) as int
            ) as {{ column }},
        {% endfor %}
        encounters.patient_id
    from diagnoses
    inner join code_groups
        on
            diagnoses.diagnosis_code = code_groups.diagnosis_code
            and diagnoses.code_system = code_groups.code_system
    inner join encounters
        on diagnoses.encounter_id = encounters.encounter_id
    group by encounters.patient_id
)

select * from final
