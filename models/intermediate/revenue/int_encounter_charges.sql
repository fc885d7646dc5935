-- What each encounter cost at list price.
--
-- Rule: the total charge of an encounter is the sum of its charge lines.
with charges as (
    select
        encounter_id,
        charge_amount
    from {{ ref('int_checked_charges') }}
    where rejected_by_rule is null
),

final as (
    select
        encounter_id,
        cast(count(*) as int) as charge_line_count,
        cast(sum(charge_amount) as decimal(18, 2)) as total_charge_amount
    from charges
    group by encounter_id
)

select * from final
