-- Which inpatient stays belong to the population of the HWR-like rate, whatever their follow-up.
--
-- Rule, after CMS's hospital-wide readmission measure, the first failing reason in this order: at
-- least hwr_minimum_age_years (a variable, 18; CMS reports 65 and more) on the day of arrival, and
-- a principal diagnosis that is neither psychiatric, rehabilitation, nor medical treatment of
-- cancer. The codes are in the reference seed hwr_excluded_diagnoses; a cancer stay with surgery is
-- surgical treatment and stays in.
with stays as (
    select
        stay_id,
        age_at_arrival_years,
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
        procedure_code
    from {{ ref('int_checked_procedures') }}
    where rejected_by_rule is null
),

surgical_procedures as (
    select procedure_code
    from {{ ref('procedure_labels') }}
    where is_surgery = 1
),

excluded_diagnoses as (
    select
        hwr_exclusion_reason,
        code_system,
        code_prefix,
        is_kept_with_surgery
    from {{ ref('hwr_excluded_diagnoses') }}
),

-- Each code is compared with the list once, not each time that it occurs.
occurring as (
    select
        principal_diagnosis_code_system,
        principal_diagnosis_code
    from stays
    group by
        principal_diagnosis_code_system,
        principal_diagnosis_code
),

excluded as (
    select
        occurring.principal_diagnosis_code_system,
        occurring.principal_diagnosis_code,
        max(excluded_diagnoses.hwr_exclusion_reason) as hwr_exclusion_reason,
        max(excluded_diagnoses.is_kept_with_surgery) as is_kept_with_surgery
    from occurring
    inner join excluded_diagnoses
        on
            occurring.principal_diagnosis_code_system = excluded_diagnoses.code_system
            and replace(occurring.principal_diagnosis_code, '.', '')
            like concat(excluded_diagnoses.code_prefix, '%')
    group by
        occurring.principal_diagnosis_code_system,
        occurring.principal_diagnosis_code
),

surgical_stays as (
    select stay_encounters.stay_id
    from stay_encounters
    inner join procedures
        on stay_encounters.encounter_id = procedures.encounter_id
    inner join surgical_procedures
        on procedures.procedure_code = surgical_procedures.procedure_code
    group by stay_encounters.stay_id
),

final as (
    select
        stays.stay_id,
        cast(
            case
                when stays.age_at_arrival_years is null then 'Age unknown'
                when stays.age_at_arrival_years < {{ var('hwr_minimum_age_years') }}
                    then 'Under age'
                when
                    excluded.is_kept_with_surgery = 1 and surgical_stays.stay_id is not null
                    then null
                else excluded.hwr_exclusion_reason
            end as varchar(50)
        ) as hwr_exclusion_reason
    from stays
    left join surgical_stays
        on stays.stay_id = surgical_stays.stay_id
    left join excluded
        on
            stays.principal_diagnosis_code_system = excluded.principal_diagnosis_code_system
            and stays.principal_diagnosis_code = excluded.principal_diagnosis_code
)

select * from final
