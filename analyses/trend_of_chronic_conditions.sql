-- Question: how do chronic conditions vary over the year, and when should prevention begin?
--
-- Trends of the executive summary. One row per chronic group and calendar month: encounters per day
-- relative to the group's mean month.
with months as (
    select
        chronic_group,
        month_number,
        {{ ratio('sum(encounters)', 'sum(days_covered)') }} as encounters_per_day
    from {{ ref('rpt_chronic_condition_months') }}
    where encounters is not null
    group by
        chronic_group,
        month_number
),

compared as (
    select
        chronic_group,
        month_number,
        encounters_per_day,
        avg(encounters_per_day) over (partition by chronic_group) as mean_month
    from months
)

select
    chronic_group,
    month_number,
    cast(encounters_per_day as decimal(9, 3)) as encounters_per_day,
    cast({{ ratio('encounters_per_day', 'mean_month') }} as decimal(9, 2)) as times_the_mean_month
from compared
order by
    chronic_group,
    month_number
