-- Every day of the whole years that the data touch; none where there are no encounters.
with event_period as (
    select
        first_event_date,
        last_event_date
    from {{ ref('int_event_period') }}
),

numbers as (
    {{ numbers(5) | indent(4) }}
),

bounds as (
    select
        try_cast(
            concat(cast(year(first_event_date) as varchar(4)), '-01-01') as date
        ) as first_day,
        try_cast(
            concat(cast(year(last_event_date) as varchar(4)), '-12-31') as date
        ) as last_day
    from event_period
),

final as (
    select {{ add_days('bounds.first_day', 'numbers.number') }} as calendar_date
    from bounds
    inner join numbers
        on numbers.number <= {{ days_between('bounds.first_day', 'bounds.last_day') }}
)

select * from final
