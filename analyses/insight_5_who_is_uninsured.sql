-- Question: which patients are uninsured, and what does it mean for them and for us?
--
-- Insight 5 of the executive summary. One row per age group today: patients, the uninsured rate at
-- their latest encounter, and net revenue per insured and uninsured patient.
with latest as (
    select
        encounters.patient_key,
        encounters.payer_key,
        row_number() over (
            partition by encounters.patient_key
            order by encounters.arrived_at desc, encounters.encounter_id desc
        ) as latest_first
    from {{ ref('fct_encounters') }} as encounters
),

revenue as (
    select
        patient_key,
        sum(net_revenue_amount) as net_revenue_amount
    from {{ ref('fct_encounters') }}
    group by patient_key
),

covered as (
    select
        patients.current_age_group,
        payers.is_insured,
        revenue.net_revenue_amount
    from latest
    inner join {{ ref('dim_payer') }} as payers
        on latest.payer_key = payers.payer_key
    inner join {{ ref('dim_patient') }} as patients
        on latest.patient_key = patients.patient_key
    inner join revenue
        on latest.patient_key = revenue.patient_key
    where
        latest.latest_first = 1
        and payers.is_insured is not null
)

select
    current_age_group,
    count(*) as patients,
    cast(avg(cast(1 - is_insured as decimal(9, 6))) as decimal(9, 4)) as uninsured_rate,
    cast(
        avg(case when is_insured = 1 then net_revenue_amount end) as decimal(18, 2)
    ) as net_revenue_per_insured_patient,
    cast(
        avg(case when is_insured = 0 then net_revenue_amount end) as decimal(18, 2)
    ) as net_revenue_per_uninsured_patient
from covered
group by current_age_group
having count(*) >= {{ var('smallest_cell') }}
order by current_age_group
