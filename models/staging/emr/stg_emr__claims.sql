-- Claims as delivered: typed, trimmed, status in lower case.
with raw_claims as (
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
    from {{ raw_emr('claims') }}
),

final as (
    select
        {{ raw_text('claim_id', 50) }} as claim_id,
        {{ raw_text('encounter_id', 50) }} as encounter_id,
        {{ raw_text('payer_id', 50) }} as payer_id,
        {{ raw_date('submitted_on') }} as submitted_on,
        {{ raw_date('adjudicated_on') }} as adjudicated_on,
        {{ raw_word('claim_status', 20) }} as claim_status,
        {{ raw_decimal('billed_amount') }} as billed_amount,
        {{ raw_decimal('contractual_adjustment') }} as contractual_adjustment,
        {{ raw_decimal('allowed_amount') }} as allowed_amount,
        {{ raw_decimal('denied_amount') }} as denied_amount,
        {{ raw_text('denial_reason', 200) }} as denial_reason,
        {{ raw_decimal('patient_responsibility') }} as patient_responsibility,
        {{ unreadable('claims') }}
    from raw_claims
)

select * from final
