-- Question: do departments that readmit more get lower ratings, and is it their case mix?
--
-- Insight 4 of the executive summary. One row per department: readmission rate, observed against
-- expected, rating, top-box share, and what an encounter costs the payer.
with readmissions as (
    select
        department_key,
        department_name,
        index_admissions,
        readmission_rate_30_days,
        observed_to_expected,
        observed_to_expected_lower,
        observed_to_expected_upper
    from {{ ref('rpt_department_readmissions') }}
    where is_total = 0
),

ratings as (
    select
        department_key,
        mean_score,
        top_box_share,
        answers
    from {{ ref('rpt_department_satisfaction') }}
    where measure = 'Overall rating'
),

costs as (
    select
        department_key,
        avg(net_revenue_amount) as mean_net_revenue_amount
    from {{ ref('fct_encounters') }}
    group by department_key
)

select
    readmissions.department_name,
    readmissions.index_admissions,
    readmissions.readmission_rate_30_days,
    readmissions.observed_to_expected,
    readmissions.observed_to_expected_lower,
    readmissions.observed_to_expected_upper,
    ratings.mean_score as mean_rating,
    ratings.top_box_share,
    ratings.answers,
    cast(costs.mean_net_revenue_amount as decimal(18, 2)) as mean_net_revenue_amount,
    rank() over (order by readmissions.readmission_rate_30_days desc) as readmits_most_first
from readmissions
left join ratings
    on readmissions.department_key = ratings.department_key
left join costs
    on readmissions.department_key = costs.department_key
order by readmissions.readmission_rate_30_days desc
