-- Claims of the chosen source system.
with accepted_claims as (
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
        patient_responsibility
    from {{ ref('int_checked_claims') }}
    where rejected_by_rule is null
),

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
        patient_responsibility
    from accepted_claims
)

select * from final
