-- Posted payments as delivered, each row with the rule that it breaks, if any: the rules are in
-- macros/quality_rules.sql.
with staged_payments as (
    select
        payment_id,
        claim_id,
        posted_on,
        paid_by,
        amount,
        unreadable_column,
        unreadable_value
    from {{ staged('payments') }}
),

claims as (
    select claim_id
    from {{ ref('int_checked_claims') }}
    where rejected_by_rule is null
),

extract_end as (
    select extract_end_date
    from {{ ref('int_extract_end') }}
),

in_context as (
    select
        staged_payments.*,
        claims.claim_id as known_claim_id,
        extract_end.extract_end_date
    from staged_payments
    left join claims
        on {{ is_same_key('staged_payments.claim_id', 'claims.claim_id') }}
    cross join extract_end
),

{{ judge('payments') }},

final as (
    select
        payment_id,
        claim_id,
        posted_on,
        paid_by,
        amount,
        unreadable_value,
        cast(rejecting_rule as int) as rejected_by_rule,
        cast(flagging_rule as int) as flagged_by_rule
    from judged
)

select * from final
