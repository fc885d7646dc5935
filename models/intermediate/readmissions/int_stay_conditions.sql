-- Which conditions each inpatient stay was coded with, as findings and recommendations need them.
--
-- Rule: a stay is one with type 2 diabetes when E11.9 is coded in any position at any of its
-- encounters, and one of a chronic patient when any code of a chronic group is.
with stay_encounters as (
    select
        encounter_id,
        stay_id
    from {{ ref('int_acute_stay_encounters') }}
),

diagnoses as (
    select
        encounter_id,
        code_system,
        diagnosis_code
    from {{ ref('int_checked_diagnoses') }}
    where rejected_by_rule is null
),

code_groups as (
    select
        code_system,
        diagnosis_code,
        chronic_group
    from {{ ref('int_diagnosis_code_groups') }}
),

final as (
    select
        stay_encounters.stay_id,
        cast(
            max(
                case
                    when
                        diagnoses.code_system = 'ICD-10-CM' and diagnoses.diagnosis_code = 'E11.9'
                        then 1
                    else 0
                end
            ) as int
        ) as has_type_2_diabetes,
        cast(
            max(case when code_groups.chronic_group is not null then 1 else 0 end) as int
        ) as has_chronic_condition
    from stay_encounters
    left join diagnoses
        on stay_encounters.encounter_id = diagnoses.encounter_id
    left join code_groups
        on
            diagnoses.code_system = code_groups.code_system
            and diagnoses.diagnosis_code = code_groups.diagnosis_code
    group by stay_encounters.stay_id
)

select * from final
