-- Coded procedures as delivered, each row with the rule that it breaks, if any: the rules are in
-- macros/quality_rules.sql.
with staged_procedures as (
    select
        encounter_id,
        sequence,
        procedure_code,
        code_system,
        performed_at,
        provider_id,
        unreadable_column,
        unreadable_value
    from {{ staged('procedures') }}
),

encounters as (
    select
        encounter_id,
        arrived_at,
        discharged_at
    from {{ ref('int_checked_encounters') }}
    where rejected_by_rule is null
),

providers as (
    select provider_id
    from {{ ref('int_checked_providers') }}
    where rejected_by_rule is null
),

extract_end as (
    select extract_end_date
    from {{ ref('int_extract_end') }}
),

in_context as (
    select
        staged_procedures.*,
        encounters.encounter_id as known_encounter_id,
        encounters.arrived_at,
        encounters.discharged_at,
        providers.provider_id as known_provider_id,
        extract_end.extract_end_date
    from staged_procedures
    left join encounters
        on {{ is_same_key('staged_procedures.encounter_id', 'encounters.encounter_id') }}
    left join providers
        on {{ is_same_key('staged_procedures.provider_id', 'providers.provider_id') }}
    cross join extract_end
),

{{ judge('procedures') }},

final as (
    select
        encounter_id,
        sequence,
        procedure_code,
        code_system,
        performed_at,
        provider_id,
        unreadable_value,
        cast(rejecting_rule as int) as rejected_by_rule,
        cast(flagging_rule as int) as flagged_by_rule
    from judged
)

select * from final
