-- Persons as delivered, each row with the rule that it breaks, if any: the rules are in
-- macros/quality_rules.sql.
--
-- Of what identifies a person only the birth date and the ZIP code go on, and no further than here.
with staged_patients as (
    select
        patient_id,
        birth_date,
        death_date,
        sex,
        race,
        ethnicity,
        state,
        zip_code,
        updated_at,
        unreadable_column,
        unreadable_value
    from {{ staged('patients') }}
),

extract_end as (
    select extract_end_date
    from {{ ref('int_extract_end') }}
),

in_context as (
    select
        staged_patients.*,
        extract_end.extract_end_date
    from staged_patients
    cross join extract_end
),

{{ judge('patients') }},

final as (
    select
        patient_id,
        birth_date,
        death_date,
        sex,
        race,
        ethnicity,
        state,
        zip_code,
        updated_at,
        unreadable_value,
        cast(rejecting_rule as int) as rejected_by_rule,
        cast(flagging_rule as int) as flagged_by_rule
    from judged
)

select * from final
