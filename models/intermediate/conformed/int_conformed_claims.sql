-- Claims of the chosen source system.
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
        patient_responsibility
    from {{ staged('claims') }}
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
    from staged_claims
)

select * from final
