-- Posted payments of the chosen source system, reversals included.
with staged_payments as (
    select
        payment_id,
        claim_id,
        posted_on,
        paid_by,
        amount
    from {{ staged('payments') }}
),

final as (
    select
        payment_id,
        claim_id,
        posted_on,
        paid_by,
        amount
    from staged_payments
)

select * from final
