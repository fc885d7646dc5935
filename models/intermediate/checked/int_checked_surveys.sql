-- Surveys as delivered, each row with the rule that it breaks, if any: the rules are in
-- macros/quality_rules.sql.
with staged_surveys as (
    select
        survey_id,
        encounter_id,
        sent_on,
        returned_on,
        mode,
        overall_rating,
        recommend,
        nurse_communication,
        doctor_communication,
        responsiveness,
        discharge_information,
        care_coordination,
        unreadable_column,
        unreadable_value
    from {{ staged('surveys') }}
),

encounters as (
    select
        encounter_id,
        arrived_at
    from {{ ref('int_checked_encounters') }}
    where rejected_by_rule is null
),

extract_end as (
    select extract_end_date
    from {{ ref('int_extract_end') }}
),

in_context as (
    select
        staged_surveys.*,
        encounters.encounter_id as known_encounter_id,
        encounters.arrived_at,
        extract_end.extract_end_date
    from staged_surveys
    left join encounters
        on {{ is_same_key('staged_surveys.encounter_id', 'encounters.encounter_id') }}
    cross join extract_end
),

{{ judge('surveys') }},

final as (
    select
        survey_id,
        encounter_id,
        sent_on,
        returned_on,
        mode,
        overall_rating,
        recommend,
        nurse_communication,
        doctor_communication,
        responsiveness,
        discharge_information,
        care_coordination,
        unreadable_value,
        cast(rejecting_rule as int) as rejected_by_rule,
        cast(flagging_rule as int) as flagged_by_rule
    from judged
)

select * from final
