-- Receivables at the end of each month and of the data: what is owed, and days in A/R.
--
-- Rule (HFMA MAP Keys): days in A/R = outstanding amount / average daily net revenue of the last 90
-- days; null in the first 89 days of the data. Aging of what is owed today is in fct_revenue.
with daily_receivables as (
    select
        calendar_date,
        outstanding_amount,
        average_daily_net_revenue_amount
    from {{ ref('int_daily_receivables') }}
),

event_period as (
    select last_event_date
    from {{ ref('int_event_period') }}
),

final as (
    select
        {{ date_key('daily_receivables.calendar_date') }} as month_end_date_key,
        daily_receivables.outstanding_amount,
        daily_receivables.average_daily_net_revenue_amount,
        cast(
            {{ ratio(
                'daily_receivables.outstanding_amount',
                'daily_receivables.average_daily_net_revenue_amount',
            ) }} as decimal(9, 2)
        ) as days_in_receivables
    from daily_receivables
    cross join event_period
    where
        month({{ add_days('daily_receivables.calendar_date', '1') }})
        <> month(daily_receivables.calendar_date)
        or daily_receivables.calendar_date = event_period.last_event_date
)

select * from final
