-- Money owed to the hospital at the end of each day, from the first to the last day of the data.
--
-- Rules: allowed amounts become receivables on the day of adjudication, and payments reduce them on
-- the day of posting; net revenue of a day is what was allowed on it; the average daily net revenue
-- is that of the last 90 days, null for the first 89.
with days as (
    select calendar_date
    from {{ ref('int_calendar_days') }}
),

event_period as (
    select
        first_event_date,
        last_event_date
    from {{ ref('int_event_period') }}
),

claims as (
    select
        adjudicated_on as movement_date,
        sum(allowed_amount) as allowed_amount
    from {{ ref('int_checked_claims') }}
    where
        rejected_by_rule is null
        and adjudicated_on is not null
    group by adjudicated_on
),

payments as (
    select
        posted_on as movement_date,
        sum(amount) as paid_amount
    from {{ ref('int_checked_payments') }}
    where rejected_by_rule is null
    group by posted_on
),

movements as (
    select
        days.calendar_date,
        coalesce(claims.allowed_amount, 0) as allowed_amount,
        coalesce(payments.paid_amount, 0) as paid_amount
    from days
    inner join event_period
        on days.calendar_date between event_period.first_event_date and event_period.last_event_date
    left join claims
        on days.calendar_date = claims.movement_date
    left join payments
        on days.calendar_date = payments.movement_date
),

accumulated as (
    select
        calendar_date,
        allowed_amount,
        sum(allowed_amount - paid_amount) over (
            order by calendar_date
            rows between unbounded preceding and current row
        ) as outstanding_amount,
        sum(allowed_amount) over (
            order by calendar_date
            rows between 89 preceding and current row
        ) as net_revenue_of_90_days,
        row_number() over (
            order by calendar_date
        ) as day_number
    from movements
),

final as (
    select
        calendar_date,
        cast(allowed_amount as decimal(18, 2)) as net_revenue_amount,
        cast(outstanding_amount as decimal(18, 2)) as outstanding_amount,
        cast(
            case when day_number >= 90 then net_revenue_of_90_days / 90.0 end as decimal(18, 4)
        ) as average_daily_net_revenue_amount
    from accumulated
)

select * from final
