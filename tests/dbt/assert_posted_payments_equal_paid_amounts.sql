-- The payments posted to a claim are its paid amounts: nothing posted is missing or counted twice.
with payments as (
    select
        claim_id,
        sum(amount) as posted_amount
    from {{ ref('int_checked_payments') }}
    where rejected_by_rule is null
    group by claim_id
),

claims as (
    select
        claim_id,
        payer_paid_amount + patient_paid_amount as paid_amount
    from {{ ref('fct_revenue') }}
)

select
    coalesce(claims.claim_id, payments.claim_id) as claim_id,
    claims.paid_amount,
    payments.posted_amount
from claims
full outer join payments
    on claims.claim_id = payments.claim_id
where
    claims.claim_id is null
    or claims.paid_amount <> coalesce(payments.posted_amount, 0)
