-- Measurement sets as delivered, each row with the rule that it breaks, if any: the rules are in
-- macros/quality_rules.sql.
with staged_vitals as (
    select
        vital_id,
        encounter_id,
        measured_at,
        systolic_bp,
        diastolic_bp,
        heart_rate,
        glucose,
        unreadable_column,
        unreadable_value
    from {{ staged('vitals') }}
),

encounters as (
    select
        encounter_id,
        arrived_at,
        discharged_at
    from {{ ref('int_checked_encounters') }}
    where rejected_by_rule is null
),

extract_end as (
    select extract_end_date
    from {{ ref('int_extract_end') }}
),

in_context as (
    select
        staged_vitals.*,
        encounters.encounter_id as known_encounter_id,
        encounters.arrived_at,
        encounters.discharged_at,
        extract_end.extract_end_date
    from staged_vitals
    left join encounters
        on {{ is_same_key('staged_vitals.encounter_id', 'encounters.encounter_id') }}
    cross join extract_end
),

{{ judge('vitals') }},

final as (
    select
        vital_id,
        encounter_id,
        measured_at,
        systolic_bp,
        diastolic_bp,
        heart_rate,
        glucose,
        unreadable_value,
        cast(rejecting_rule as int) as rejected_by_rule,
        cast(flagging_rule as int) as flagged_by_rule
    from judged
)

select * from final
