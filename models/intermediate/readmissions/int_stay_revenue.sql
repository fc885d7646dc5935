-- What each inpatient stay earned.
--
-- Rule: the net revenue of a stay is the sum over its encounters, null while none is adjudicated.
with stay_encounters as (
    select
        encounter_id,
        stay_id
    from {{ ref('int_acute_stay_encounters') }}
),

encounter_revenue as (
    select
        encounter_id,
        net_revenue_amount
    from {{ ref('int_encounter_revenue') }}
),

final as (
    select
        stay_encounters.stay_id,
        cast(sum(encounter_revenue.net_revenue_amount) as decimal(18, 2)) as net_revenue_amount
    from stay_encounters
    left join encounter_revenue
        on stay_encounters.encounter_id = encounter_revenue.encounter_id
    group by stay_encounters.stay_id
)

select * from final
