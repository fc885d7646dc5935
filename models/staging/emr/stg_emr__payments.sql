-- Posted payments as delivered, reversals included: typed, trimmed, nothing else.
with raw_payments as (
    select
        payment_id,
        claim_id,
        posted_on,
        paid_by,
        amount
    from {{ raw_emr('payments') }}
),

final as (
    select
        {{ raw_text('payment_id', 50) }} as payment_id,
        {{ raw_text('claim_id', 50) }} as claim_id,
        {{ raw_date('posted_on') }} as posted_on,
        {{ raw_word('paid_by', 20) }} as paid_by,
        {{ raw_decimal('amount') }} as amount,
        {{ unreadable('payments') }}
    from raw_payments
)

select * from final
