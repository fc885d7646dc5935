-- Claims as delivered, each row with the rule that it breaks, if any: the rules are in
-- macros/quality_rules.sql.
with staged_claims as (
    select
        claim_id,
        encounter_id,
        payer_id,
        submitted_on,
        adjudicated_on,
        claim_status,
        billed_amount,
        contractual_adjustment,
        allowed_amount,
        denied_amount,
        denial_reason,
        patient_responsibility,
        unreadable_column,
        unreadable_value
    from {{ staged('claims') }}
),

encounters as (
    select
        encounter_id,
        arrived_at
    from {{ ref('int_checked_encounters') }}
    where rejected_by_rule is null
),

payers as (
    select payer_id
    from {{ ref('int_checked_payers') }}
    where rejected_by_rule is null
),

extract_end as (
    select extract_end_date
    from {{ ref('int_extract_end') }}
),

in_context as (
    select
        staged_claims.*,
        encounters.encounter_id as known_encounter_id,
        encounters.arrived_at,
        payers.payer_id as known_payer_id,
        extract_end.extract_end_date
    from staged_claims
    left join encounters
        on {{ is_same_key('staged_claims.encounter_id', 'encounters.encounter_id') }}
    left join payers
        on {{ is_same_key('staged_claims.payer_id', 'payers.payer_id') }}
    cross join extract_end
),

{{ judge('claims') }},

final as (
    select
        claim_id,
        encounter_id,
        payer_id,
        submitted_on,
        adjudicated_on,
        claim_status,
        billed_amount,
        contractual_adjustment,
        allowed_amount,
        denied_amount,
        denial_reason,
        patient_responsibility,
        unreadable_value,
        cast(rejecting_rule as int) as rejected_by_rule,
        cast(flagging_rule as int) as flagged_by_rule
    from judged
)

select * from final
