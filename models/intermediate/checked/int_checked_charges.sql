-- Charge lines as delivered, each row with the rule that it breaks, if any: the rules are in
-- macros/quality_rules.sql.
with staged_charges as (
    select
        charge_id,
        encounter_id,
        service_date,
        revenue_category,
        procedure_code,
        quantity,
        charge_amount,
        unreadable_column,
        unreadable_value
    from {{ staged('charges') }}
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
        staged_charges.*,
        encounters.encounter_id as known_encounter_id,
        encounters.arrived_at,
        encounters.discharged_at,
        extract_end.extract_end_date
    from staged_charges
    left join encounters
        on {{ is_same_key('staged_charges.encounter_id', 'encounters.encounter_id') }}
    cross join extract_end
),

{{ judge('charges') }},

final as (
    select
        charge_id,
        encounter_id,
        service_date,
        revenue_category,
        procedure_code,
        quantity,
        charge_amount,
        unreadable_value,
        cast(rejecting_rule as int) as rejected_by_rule,
        cast(flagging_rule as int) as flagged_by_rule
    from judged
)

select * from final
