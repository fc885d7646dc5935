-- One row per claim, self-pay accounts included.
--
-- Rules: a claim is adjudicated when it is paid or denied; billed = contractual adjustment +
-- allowed + denied for adjudicated claims; the payer's share is the allowed amount without the
-- patient's responsibility; what is outstanding and how old it is comes from int_claim_receivables,
-- null while pending.
with claims as (
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

claim_payments as (
    select
        claim_id,
        payer_paid_amount,
        patient_paid_amount,
        first_paid_on,
        last_posted_on,
        days_to_payment
    from {{ ref('int_claim_payments') }}
),

claim_receivables as (
    select
        claim_id,
        outstanding_amount,
        days_outstanding,
        aging_bucket
    from {{ ref('int_claim_receivables') }}
),

encounter_keys as (
    select
        encounter_id,
        encounter_key,
        patient_key,
        age_group_key,
        department_key,
        arrival_date_key,
        discharge_date_key
    from {{ ref('fct_encounters') }}
),

final as (
    select
        -- keys
        {{ integer_key(['claims.claim_id']) }} as claim_key,
        encounter_keys.encounter_key,
        encounter_keys.patient_key,
        encounter_keys.age_group_key,
        encounter_keys.department_key,
        {{ integer_key(['claims.payer_id']) }} as payer_key,
        encounter_keys.arrival_date_key,
        encounter_keys.discharge_date_key,
        {{ date_key('claims.submitted_on') }} as submission_date_key,
        {{ date_key('claims.adjudicated_on') }} as adjudication_date_key,
        {{ date_key('claim_payments.first_paid_on') }} as first_payment_date_key,
        {{ date_key('claim_payments.last_posted_on') }} as last_payment_date_key,

        -- attributes
        claims.claim_id,
        claims.claim_status,
        claims.denial_reason,
        claim_receivables.aging_bucket,
        cast(
            case claim_receivables.aging_bucket
                when '0-30' then 1
                when '31-60' then 2
                when '61-90' then 3
                when '91-120' then 4
                when '121+' then 5
            end as int
        ) as aging_bucket_sort,

        -- flags
        cast(
            case when claims.claim_status in ('paid', 'denied') then 1 else 0 end as int
        ) as is_adjudicated,
        cast(
            case
                when claims.claim_status = 'pending' then null
                when claims.denied_amount > 0 then 1
                else 0
            end as int
        ) as is_denied,

        -- measures
        claims.billed_amount,
        claims.contractual_adjustment as contractual_adjustment_amount,
        claims.allowed_amount,
        claims.denied_amount,
        claims.patient_responsibility as patient_responsibility_amount,
        cast(
            claims.allowed_amount - claims.patient_responsibility as decimal(18, 2)
        ) as payer_share_amount,
        claim_payments.payer_paid_amount,
        claim_payments.patient_paid_amount,
        claim_receivables.outstanding_amount,
        claim_receivables.days_outstanding,
        claim_payments.days_to_payment
    from claims
    inner join claim_payments
        on claims.claim_id = claim_payments.claim_id
    inner join claim_receivables
        on claims.claim_id = claim_receivables.claim_id
    inner join encounter_keys
        on claims.encounter_id = encounter_keys.encounter_id
)

select * from final
