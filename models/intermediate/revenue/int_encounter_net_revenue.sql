-- What was billed for each encounter and what it earned. Encounters without a claim have no row.
--
-- Rule: net revenue is the allowed amount of the adjudicated claims, null while no claim is
-- adjudicated; a pending claim adds to the billed amount alone.
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
