-- Question: since when is Orthopedics rated lower, is it more than chance, and did volume rise?
--
-- Insight 3 of the executive summary. One row per month: the rating on its control chart with the
-- signals, next to the encounters per day of the same department.
with ratings as (
    select
        charts.department_key,
        charts.department_name,
        charts.month_start_date_key,
        charts.value,
        charts.n,
        charts.center_line,
        charts.lower_limit,
        charts.is_signal
    from {{ ref('rpt_control_charts') }} as charts
    inner join {{ ref('finding_departments') }} as finding_departments
        on charts.department_name = finding_departments.department_name
    where
        finding_departments.finding_id = 'F5'
        and charts.metric = 'Overall rating'
),

volumes as (
    select
        department_key,
        month_start_date_key,
        value as encounters_per_day
    from {{ ref('rpt_control_charts') }}
    where metric = 'Encounters per day'
)

select
    ratings.department_name,
    ratings.month_start_date_key,
    ratings.value as mean_rating,
    ratings.n as answers,
    ratings.center_line,
    ratings.lower_limit,
    ratings.is_signal,
    volumes.encounters_per_day
from ratings
inner join volumes
    on
        ratings.department_key = volumes.department_key
        and ratings.month_start_date_key = volumes.month_start_date_key
order by
    ratings.department_name,
    ratings.month_start_date_key
