-- Question: which departments have the highest net revenue per patient, for which age groups, and
-- what is their denial rate?
--
-- Performance in the executive summary. One row per department and age group.
with denials as (
    select
        revenue.department_key,
        age_groups.age_group,
        sum(revenue.is_denied) as denied_claims,
        sum(revenue.is_adjudicated) as adjudicated_claims
    from {{ ref('fct_revenue') }} as revenue
    inner join {{ ref('dim_age_group') }} as age_groups
        on revenue.age_group_key = age_groups.age_group_key
    group by
        revenue.department_key,
        age_groups.age_group
)

select
    revenue_per_patient.department_name,
    revenue_per_patient.age_group,
    revenue_per_patient.patients,
    revenue_per_patient.net_revenue_per_patient_amount,
    revenue_per_patient.rank_in_age_group,
    cast(
        {{ unless_small(
            ratio('denials.denied_claims', 'denials.adjudicated_claims'),
            'denials.adjudicated_claims'
        ) }} as decimal(9, 4)
    ) as denial_rate
from {{ ref('rpt_revenue_per_patient') }} as revenue_per_patient
left join denials
    on
        revenue_per_patient.department_key = denials.department_key
        and revenue_per_patient.age_group = denials.age_group
order by
    revenue_per_patient.age_group,
    revenue_per_patient.rank_in_age_group
