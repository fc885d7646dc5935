-- What an encounter shows of its charges, claims and diagnoses is what the line tables hold for it.
with encounters as (
    select
        encounter_key,
        diagnosis_count,
        charge_line_count,
        coalesce(total_charge_amount, 0) as total_charge_amount,
        coalesce(billed_amount, 0) as billed_amount,
        coalesce(net_revenue_amount, 0) as net_revenue_amount
    from {{ ref('fct_encounters') }}
),

diagnoses as (
    select
        encounter_key,
        count(*) as diagnosis_count
    from {{ ref('fct_diagnoses') }}
    group by encounter_key
),

charges as (
    select
        encounter_key,
        count(*) as charge_line_count,
        sum(charge_amount) as charge_amount
    from {{ ref('fct_charges') }}
    group by encounter_key
),

claims as (
    select
        encounter_key,
        sum(billed_amount) as billed_amount,
        sum(case when is_adjudicated = 1 then allowed_amount else 0 end) as allowed_amount
    from {{ ref('fct_revenue') }}
    group by encounter_key
)

select
    encounters.encounter_key,
    encounters.diagnosis_count,
    diagnoses.diagnosis_count as diagnosis_lines,
    encounters.charge_line_count,
    charges.charge_line_count as charge_lines,
    encounters.total_charge_amount,
    charges.charge_amount,
    encounters.billed_amount,
    claims.billed_amount as claims_billed_amount,
    encounters.net_revenue_amount,
    claims.allowed_amount
from encounters
left join diagnoses
    on encounters.encounter_key = diagnoses.encounter_key
left join charges
    on encounters.encounter_key = charges.encounter_key
left join claims
    on encounters.encounter_key = claims.encounter_key
where
    encounters.diagnosis_count <> coalesce(diagnoses.diagnosis_count, 0)
    or encounters.charge_line_count <> coalesce(charges.charge_line_count, 0)
    or encounters.total_charge_amount <> coalesce(charges.charge_amount, 0)
    or encounters.billed_amount <> coalesce(claims.billed_amount, 0)
    or encounters.net_revenue_amount <> coalesce(claims.allowed_amount, 0)
