-- What each acute stay was coded with, as far as findings and recommendations ask for it, and what
-- it earned.
--
-- Rules: a stay is one with type 2 diabetes when E11.9 is coded in any position at any of its
-- encounters, and one of a chronic patient when any code of a chronic group is; its net revenue is
-- the sum over its encounters, null while none is adjudicated.
with stays as (
    select
        stay_id,
        patient_id,
        stay_number
    from {{ ref('int_acute_stays') }}
),

stay_encounters as (
    select
        encounter_id,
        patient_id,
        stay_number
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

encounter_money as (
    select
        encounter_id,
        net_revenue_amount
    from {{ ref('int_encounter_money') }}
),

members as (
    select
        stays.stay_id,
        stay_encounters.encounter_id
    from stays
    inner join stay_encounters
        on
            stays.patient_id = stay_encounters.patient_id
            and stays.stay_number = stay_encounters.stay_number
),

conditions as (
    select
        members.stay_id,
        max(
            case
                when
                    diagnoses.code_system = 'ICD-10-CM' and diagnoses.diagnosis_code = 'E11.9'
                    then 1
                else 0
            end
        ) as has_type_2_diabetes,
        max(
            case when code_groups.chronic_group is not null then 1 else 0 end
        ) as has_chronic_condition
    from members
    inner join diagnoses
        on members.encounter_id = diagnoses.encounter_id
    left join code_groups
        on
            diagnoses.code_system = code_groups.code_system
            and diagnoses.diagnosis_code = code_groups.diagnosis_code
    group by members.stay_id
),

money as (
    select
        members.stay_id,
        sum(encounter_money.net_revenue_amount) as net_revenue_amount
    from members
    inner join encounter_money
        on members.encounter_id = encounter_money.encounter_id
    group by members.stay_id
),

final as (
    select
        stays.stay_id,
        cast(coalesce(conditions.has_type_2_diabetes, 0) as int) as has_type_2_diabetes,
        cast(coalesce(conditions.has_chronic_condition, 0) as int) as has_chronic_condition,
        cast(money.net_revenue_amount as decimal(18, 2)) as net_revenue_amount
    from stays
    left join conditions
        on stays.stay_id = conditions.stay_id
    left join money
        on stays.stay_id = money.stay_id
)

select * from final
