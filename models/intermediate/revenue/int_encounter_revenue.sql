-- What each encounter was billed at and what it earned.
--
-- Rule: net revenue is the allowed amount of the adjudicated claims of an encounter, null while no
-- claim is adjudicated.
with claims as (
    select
        encounter_id,
        claim_status,
        billed_amount,
        allowed_amount
    from {{ ref('int_checked_claims') }}
    where rejected_by_rule is null
),

final as (
    select
        encounter_id,
        cast(sum(billed_amount) as decimal(18, 2)) as billed_amount,
        cast(
            sum(case when claim_status <> 'pending' then allowed_amount end) as decimal(18, 2)
        ) as net_revenue_amount
    from claims
    group by encounter_id
)

select * from final
