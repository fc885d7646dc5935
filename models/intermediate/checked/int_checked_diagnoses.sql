-- Coded diagnoses as delivered, each row with the rule that it breaks, if any: the rules are in
-- macros/quality_rules.sql.
with staged_diagnoses as (
    select
        encounter_id,
        sequence,
        diagnosis_code,
        code_system,
        present_on_admission,
        unreadable_column,
        unreadable_value
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

in_context as (
    select
        staged_diagnoses.*,
        encounters.encounter_id as known_encounter_id,
        categories.category_code as known_category_code
    from staged_diagnoses
    left join encounters
        on {{ is_same_key('staged_diagnoses.encounter_id', 'encounters.encounter_id') }}
    left join categories
        on substring(staged_diagnoses.diagnosis_code, 1, 3) = categories.category_code
),

{{ judge('diagnoses') }},

final as (
    select
        encounter_id,
        sequence,
        diagnosis_code,
        code_system,
        present_on_admission,
        unreadable_value,
        cast(rejecting_rule as int) as rejected_by_rule,
        cast(flagging_rule as int) as flagged_by_rule
    from judged
)

select * from final
