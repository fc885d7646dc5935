-- Which inpatient stays were planned.
--
-- Rule, after the planned readmission algorithm of CMS (Horwitz et al. 2015), in this order: a stay
-- is planned when it has an always-planned procedure (transplant), when its principal diagnosis is
-- always planned (chemotherapy, rehabilitation), or when it has a potentially planned procedure,
-- was an elective admission, and its principal diagnosis is not acute. The codes are in the
-- reference seed planned_readmission_codes: a small list of our own, to be replaced by the
-- hospital's.
with stays as (
    select
        stay_id,
        admission_type,
        principal_diagnosis_code,
        principal_diagnosis_code_system
    from {{ ref('int_acute_stays') }}
),

stay_encounters as (
    select
        encounter_id,
        stay_id
    from {{ ref('int_acute_stay_encounters') }}
),

procedures as (
    select
        encounter_id,
        code_system,
        procedure_code
    from {{ ref('int_checked_procedures') }}
    where rejected_by_rule is null
),

planned_codes as (
    select
        planned_rule,
        code_system,
        code_prefix
    from {{ ref('planned_readmission_codes') }}
),

-- Each code is compared with the lists once, not each time that it occurs.
occurring_procedures as (
    select
        code_system,
        procedure_code
    from procedures
    group by
        code_system,
        procedure_code
),

procedure_rules as (
    select
        occurring_procedures.code_system,
        occurring_procedures.procedure_code,
        max(
            case
                when planned_codes.planned_rule = 'Always planned procedure' then 1 else 0
            end
        ) as is_always_planned,
        max(
            case
                when planned_codes.planned_rule = 'Potentially planned procedure' then 1 else 0
            end
        ) as is_potentially_planned
    from occurring_procedures
    inner join planned_codes
        on
            occurring_procedures.code_system = planned_codes.code_system
            and occurring_procedures.procedure_code like concat(planned_codes.code_prefix, '%')
    group by
        occurring_procedures.code_system,
        occurring_procedures.procedure_code
),

occurring_diagnoses as (
    select
        principal_diagnosis_code_system,
        principal_diagnosis_code
    from stays
    group by
        principal_diagnosis_code_system,
        principal_diagnosis_code
),

diagnosis_rules as (
    select
        occurring_diagnoses.principal_diagnosis_code_system,
        occurring_diagnoses.principal_diagnosis_code,
        max(
            case
                when planned_codes.planned_rule = 'Always planned diagnosis' then 1 else 0
            end
        ) as is_always_planned,
        max(
            case when planned_codes.planned_rule = 'Acute diagnosis' then 1 else 0 end
        ) as is_acute
    from occurring_diagnoses
    inner join planned_codes
        on
            occurring_diagnoses.principal_diagnosis_code_system = planned_codes.code_system
            and replace(occurring_diagnoses.principal_diagnosis_code, '.', '')
            like concat(planned_codes.code_prefix, '%')
    group by
        occurring_diagnoses.principal_diagnosis_code_system,
        occurring_diagnoses.principal_diagnosis_code
),

stay_procedures as (
    select
        stay_encounters.stay_id,
        max(procedure_rules.is_always_planned) as has_always_planned_procedure,
        max(procedure_rules.is_potentially_planned) as has_potentially_planned_procedure
    from stay_encounters
    inner join procedures
        on stay_encounters.encounter_id = procedures.encounter_id
    inner join procedure_rules
        on
            procedures.code_system = procedure_rules.code_system
            and procedures.procedure_code = procedure_rules.procedure_code
    group by stay_encounters.stay_id
),

judged as (
    select
        stays.stay_id,
        case
            when stay_procedures.has_always_planned_procedure = 1 then 'Always planned procedure'
            when diagnosis_rules.is_always_planned = 1 then 'Always planned diagnosis'
            when
                stay_procedures.has_potentially_planned_procedure = 1
                and stays.admission_type = 'elective'
                and coalesce(diagnosis_rules.is_acute, 0) = 0
                then 'Potentially planned procedure'
        end as planned_reason
    from stays
    left join stay_procedures
        on stays.stay_id = stay_procedures.stay_id
    left join diagnosis_rules
        on
            stays.principal_diagnosis_code_system = diagnosis_rules.principal_diagnosis_code_system
            and stays.principal_diagnosis_code = diagnosis_rules.principal_diagnosis_code
),

final as (
    select
        stay_id,
        cast(planned_reason as varchar(50)) as planned_reason,
        cast(case when planned_reason is null then 0 else 1 end as int) as is_planned
    from judged
)

select * from final
