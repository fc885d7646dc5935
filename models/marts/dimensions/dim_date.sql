-- The calendar: one row per day, whole years that cover every event in the data. No unknown row: a
-- date table that Power BI can mark must be contiguous and without blanks.
--
-- Rules: weeks are ISO 8601 (Monday first; week 1 holds the year's first Thursday); the fiscal year
-- begins in the month fiscal_year_first_month (a variable, October) and is named for the year in
-- which it ends; rolling years count back from the last month whose last day has, or comes before,
-- an arrival; holidays are US federal holidays on their own date, not on the observed weekday;
-- summer is June to August.
with days as (
    select calendar_date
    from {{ ref('int_calendar_days') }}
),

data_period as (
    select last_arrival_date
    from {{ ref('int_data_period') }}
),

last_whole_months as (
    select
        case
            when day({{ add_days('last_arrival_date', '1') }}) = 1
                then year(last_arrival_date) * 12 + month(last_arrival_date)
            else year(last_arrival_date) * 12 + month(last_arrival_date) - 1
        end as month_count
    from data_period
),

holidays as (
    select
        holiday_name,
        month_number,
        day_of_month,
        weekday_number,
        week_of_month,
        first_year
    from {{ ref('us_federal_holidays') }}
),

parts as (
    select
        calendar_date,
        year(calendar_date) as calendar_year,
        month(calendar_date) as month_number,
        day(calendar_date) as day_of_month,
        {{ days_since_monday('calendar_date') }} + 1 as weekday_number,
        {{ add_days('calendar_date', '3 - ' ~ days_since_monday('calendar_date')) }}
            as week_thursday,
        {{ add_days('calendar_date', '7') }} as same_weekday_next_week
    from days
),

weeks as (
    select
        calendar_date,
        calendar_year,
        month_number,
        day_of_month,
        weekday_number,
        year(week_thursday) as iso_year,
        floor(
            {{ days_between(
                "concat(cast(year(week_thursday) as varchar(4)), '-01-01')", 'week_thursday'
            ) }} / 7.0
        ) + 1 as iso_week,
        floor((day_of_month - 1) / 7.0) + 1 as week_of_month,
        case
            when month(same_weekday_next_week) <> month_number then 1 else 0
        end as is_last_of_its_weekday_in_month,
        floor((month_number - 1) / 3.0) + 1 as quarter_number,
        (month_number - {{ var('fiscal_year_first_month') }} + 12) % 12 + 1 as fiscal_month_number,
        calendar_year + case
            when
                {{ var('fiscal_year_first_month') }} > 1
                and month_number >= {{ var('fiscal_year_first_month') }} then 1
            else 0
        end as fiscal_year
    from parts
),

day_holidays as (
    select
        weeks.calendar_date,
        max(holidays.holiday_name) as holiday_name
    from weeks
    inner join holidays
        on
            weeks.month_number = holidays.month_number
            and weeks.calendar_year >= holidays.first_year
            and (
                weeks.day_of_month = holidays.day_of_month
                or (
                    weeks.weekday_number = holidays.weekday_number
                    and (
                        weeks.week_of_month = holidays.week_of_month
                        -- week_of_month -1: the last one of the month
                        or (
                            holidays.week_of_month = -1
                            and weeks.is_last_of_its_weekday_in_month = 1
                        )
                    )
                )
            )
    group by weeks.calendar_date
),

rolling_years as (
    select
        weeks.calendar_date,
        case
            when
                weeks.calendar_year * 12 + weeks.month_number > last_whole_months.month_count
                then 0
            when
                weeks.calendar_year * 12 + weeks.month_number > last_whole_months.month_count - 12
                then 1
            when
                weeks.calendar_year * 12 + weeks.month_number > last_whole_months.month_count - 24
                then 2
            else 3
        end as rolling_year_sort
    from weeks
    cross join last_whole_months
),

final as (
    select
        -- key
        {{ date_key('weeks.calendar_date') }} as date_key,
        weeks.calendar_date,

        -- calendar
        cast(weeks.calendar_year as int) as calendar_year,
        cast(weeks.quarter_number as int) as quarter_number,
        cast(
            concat(
                cast(weeks.calendar_year as varchar(4)),
                '-Q',
                cast(cast(weeks.quarter_number as int) as varchar(1))
            ) as varchar(7)
        ) as quarter_name,
        cast(weeks.month_number as int) as month_number,
        cast({{ month_name('weeks.month_number') }} as varchar(9)) as month_name,
        cast(substring({{ month_name('weeks.month_number') }}, 1, 3) as varchar(3))
            as month_short_name,
        cast(
            concat(
                substring({{ month_name('weeks.month_number') }}, 1, 3),
                ' ',
                cast(weeks.calendar_year as varchar(4))
            ) as varchar(8)
        ) as year_month_name,
        cast(weeks.calendar_year * 100 + weeks.month_number as int) as year_month_sort,
        cast(weeks.day_of_month as int) as day_of_month,

        -- week
        cast(weeks.iso_year as int) as iso_year,
        cast(weeks.iso_week as int) as iso_week_number,
        cast(weeks.weekday_number as int) as weekday_number,
        cast({{ weekday_name('weeks.weekday_number') }} as varchar(9)) as weekday_name,
        cast(case when weeks.weekday_number >= 6 then 1 else 0 end as int) as is_weekend,

        -- fiscal
        cast(weeks.fiscal_year as int) as fiscal_year,
        cast(floor((weeks.fiscal_month_number - 1) / 3.0) + 1 as int) as fiscal_quarter_number,
        cast(weeks.fiscal_month_number as int) as fiscal_month_number,

        -- years back from the end of the data
        cast(
            case rolling_years.rolling_year_sort
                when 0 then 'Later'
                when 1 then 'Last 12 months'
                when 2 then '12 months before'
                else 'Earlier'
            end as varchar(30)
        ) as rolling_year,
        cast(rolling_years.rolling_year_sort as int) as rolling_year_sort,

        -- season and holidays
        cast(case when weeks.month_number in (6, 7, 8) then 1 else 0 end as int) as is_summer,
        cast(
            case when day_holidays.holiday_name is not null then 1 else 0 end as int
        ) as is_us_federal_holiday,
        cast(day_holidays.holiday_name as varchar(50)) as us_federal_holiday_name
    from weeks
    inner join rolling_years
        on weeks.calendar_date = rolling_years.calendar_date
    left join day_holidays
        on weeks.calendar_date = day_holidays.calendar_date
)

select * from final
