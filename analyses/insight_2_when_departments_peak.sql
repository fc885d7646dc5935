-- Question: in which months are Cardiology, Oncology and Pediatrics busiest, and what does it do to
-- beds and waits?
--
-- Insight 2 of the executive summary. One row per calendar month, the departments of finding F3
-- (seed finding_departments) together: encounters per day over the mean month, occupancy and wait.
with months as (
    select
        department_months.month_number,
        department_months.encounters,
        department_months.days_covered,
        department_months.mean_occupancy,
        department_months.mean_wait_minutes
    from {{ ref('rpt_department_months') }} as department_months
    inner join {{ ref('finding_departments') }} as finding_departments
        on department_months.department_name = finding_departments.department_name
    where finding_departments.finding_id = 'F3'
),

by_month as (
    select
        month_number,
        {{ ratio('sum(encounters)', 'sum(days_covered)') }} as encounters_per_day,
        avg(mean_occupancy) as mean_occupancy,
        avg(mean_wait_minutes) as mean_wait_minutes
    from months
    group by month_number
),

compared as (
    select
        *,
        avg(encounters_per_day) over () as mean_month
    from by_month
)

select
    month_number,
    cast({{ ratio('encounters_per_day', 'mean_month') }} as decimal(9, 2)) as times_the_mean_month,
    cast(mean_occupancy as decimal(9, 3)) as mean_occupancy,
    cast(mean_wait_minutes as decimal(9, 1)) as mean_wait_minutes,
    rank() over (order by encounters_per_day desc) as busiest_first
from compared
order by month_number
