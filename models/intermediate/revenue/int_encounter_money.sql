-- What each encounter cost at list price and what it earned.
--
-- Rules: the total charge is the sum of its charge lines; net revenue is the allowed amount of its
-- adjudicated claims, null while no claim is adjudicated.
with charges as (
    select
        encounter_id,
        sum(charge_amount) as total_charge_amount,
        count(*) as charge_line_count
    from {{ ref('int_checked_charges') }}
    where rejected_by_rule is null
    group by encounter_id
),

claims as (
    select
        encounter_id,
        sum(billed_amount) as billed_amount,
        sum(case when claim_status <> 'pending' then allowed_amount end) as net_revenue_amount
    from {{ ref('int_checked_claims') }}
    where rejected_by_rule is null
    group by encounter_id
),

encounters as (
    select encounter_id
    from {{ ref('int_encounters') }}
),

final as (
    select
        encounters.encounter_id,
        cast(charges.charge_line_count as int) as charge_line_count,
        cast(charges.total_charge_amount as decimal(18, 2)) as total_charge_amount,
        cast(claims.billed_amount as decimal(18, 2)) as billed_amount,
        cast(claims.net_revenue_amount as decimal(18, 2)) as net_revenue_amount
    from encounters
    left join charges
        on encounters.encounter_id = charges.encounter_id
    left join claims
        on encounters.encounter_id = claims.encounter_id
)

select * from final
