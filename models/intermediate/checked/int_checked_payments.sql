-- Posted payments as delivered, each row with the rule that it breaks, if any
-- (contract/tables/payments.yml lists the rules in the order in which they count).
with payments as (
    select *
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

tested as (
    select
        payments.*,
        extract_end.extract_end_date,
        case when claims.claim_id is null then 1 else 0 end as claim_id__orphan,
        case when payments.posted_on is null then 1 else 0 end as posted_on__missing_value,
        case when payments.paid_by is null then 1 else 0 end as paid_by__missing_value,
        case
            when {{ is_unknown_code('payments', 'paid_by') }} then 1
            else 0
        end as paid_by__unknown_code,
        case when payments.amount is null then 1 else 0 end as amount__missing_value
    from payments
    left join claims
        on {{ is_same_key('payments.claim_id', 'claims.claim_id') }}
    cross join extract_end
),

judged as (
    select
        *,
        {{ first_broken_rule('payments', ['stop', 'quarantine']) }} as broken_rule,
        {{ first_broken_rule('payments', ['flag']) }} as flagged_by_rule
    from tested
),

counted as (
    select
        *,
        {{ copy_number('payments') }} as copy_number
    from judged
),

verdicts as (
    select
        *,
        cast(
            case
                when broken_rule is null and copy_number > 1 then 'payment_id duplicate key'
                else broken_rule
            end as varchar(100)
        ) as rejected_by_rule
    from counted
),

final as (
    select
        {{ checked_columns('payments') }},
        rejected_by_rule,
        flagged_by_rule,
        {{ offending_value('payments') }} as offending_value
    from verdicts
)

select * from final
