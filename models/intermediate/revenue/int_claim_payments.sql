-- What has been posted to each claim.
--
-- Rules: reversals are negative rows and reduce the sum; the first payment is the first positive
-- one; days to payment run from submission to it.
with claims as (
    select
        claim_id,
        submitted_on
    from {{ ref('int_checked_claims') }}
    where rejected_by_rule is null
),

payments as (
    select
        claim_id,
        posted_on,
        paid_by,
        amount
    from {{ ref('int_checked_payments') }}
    where rejected_by_rule is null
),

posted as (
    select
        claim_id,
        sum(case when paid_by = 'payer' then amount else 0 end) as payer_paid_amount,
        sum(case when paid_by = 'patient' then amount else 0 end) as patient_paid_amount,
        min(case when amount > 0 then posted_on end) as first_paid_on,
        max(posted_on) as last_posted_on
    from payments
    group by claim_id
),

final as (
    select
        claims.claim_id,
        cast(coalesce(posted.payer_paid_amount, 0) as decimal(18, 2)) as payer_paid_amount,
        cast(coalesce(posted.patient_paid_amount, 0) as decimal(18, 2)) as patient_paid_amount,
        posted.first_paid_on,
        posted.last_posted_on,
        cast(
            {{ days_between('claims.submitted_on', 'posted.first_paid_on') }} as int
        ) as days_to_payment
    from claims
    left join posted
        on claims.claim_id = posted.claim_id
)

select * from final
