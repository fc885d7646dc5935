-- Coded diagnoses as delivered, each row with the rule that it breaks, if any
-- (contract/tables/diagnoses.yml lists the rules in the order in which they count).
with diagnoses as (
    select *
    from {{ staged('diagnoses') }}
),

encounters as (
    select encounter_id
    from {{ ref('int_checked_encounters') }}
    where rejected_by_rule is null
),

categories as (
    select category_code
    from {{ ref('icd10cm_categories') }}
),

tested as (
    select
        diagnoses.*,
        case when encounters.encounter_id is null then 1 else 0 end as encounter_id__orphan,
        case when diagnoses.diagnosis_code is null then 1 else 0 end as icd10_code__missing_value,
        case
            when
                diagnoses.code_system = 'ICD-10-CM'
                and not ({{ is_icd10_shape("replace(diagnoses.diagnosis_code, '.', '')") }})
                then 1
            else 0
        end as icd10_code__malformed_icd_10_cm_code,
        case
            when
                diagnoses.code_system = 'ICD-10-CM' and categories.category_code is null
                then 1
            else 0
        end as icd10_code__unknown_icd_10_cm_code,
        case
            when {{ is_unknown_code('diagnoses', 'present_on_admission') }} then 1
            else 0
        end as present_on_admission__unknown_code
    from diagnoses
    left join encounters
        on {{ is_same_key('diagnoses.encounter_id', 'encounters.encounter_id') }}
    left join categories
        on substring(diagnoses.diagnosis_code, 1, 3) = categories.category_code
),

judged as (
    select
        *,
        {{ first_broken_rule('diagnoses', ['stop', 'quarantine']) }} as broken_rule,
        {{ first_broken_rule('diagnoses', ['flag']) }} as flagged_by_rule
    from tested
),

counted as (
    select
        *,
        {{ copy_number('diagnoses') }} as copy_number
    from judged
),

verdicts as (
    select
        *,
        cast(
            case
                when broken_rule is null and copy_number > 1 then 'sequence duplicate key'
                else broken_rule
            end as varchar(100)
        ) as rejected_by_rule
    from counted
),

final as (
    select
        {{ checked_columns('diagnoses') }},
        rejected_by_rule,
        flagged_by_rule,
        {{ offending_value('diagnoses') }} as offending_value
    from verdicts
)

select * from final
