-- Posted payments of the chosen source system, reversals included.
with accepted_payments as (
    select
        payment_id,
        claim_id,
        posted_on,
        paid_by,
        amount
    from {{ ref('int_checked_payments') }}
    where rejected_by_rule is null
),

final as (
    select
        payment_id,
        claim_id,
        posted_on,
        paid_by,
        amount
    from accepted_payments
)

select * from final
