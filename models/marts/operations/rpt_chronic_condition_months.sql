-- Encounters of chronically ill patients by month: the trend of each chronic group.
--
-- Rules: an encounter counts for a group when one of its diagnoses, in any position, belongs to it;
-- heart disease is ischemic heart disease and heart failure together, which are not shown apart,
-- because that would tell how many have both; months are those of arrival, from the first to the
-- last arrival in the data.
with diagnoses as (
    select
        encounter_key,
        arrival_date_key,
        chronic_group
    from {{ ref('fct_diagnoses') }}
    where chronic_group <> 'None'
),

days as (
    select
        date_key,
        calendar_date,
        year_month_sort,
        calendar_year,
        month_number
    from {{ ref('dim_date') }}
),

data_period as (
    select
        first_arrival_date,
        last_arrival_date
    from {{ ref('int_data_period') }}
),

covered_days as (
    select
        days.year_month_sort,
        days.calendar_year,
        days.month_number,
        min(days.date_key) as first_date_key,
        count(*) as days_covered
    from days
    inner join data_period
        on
            days.calendar_date
            between data_period.first_arrival_date and data_period.last_arrival_date
    group by
        days.year_month_sort,
        days.calendar_year,
        days.month_number
),

reported as (
    select distinct
        encounter_key,
        arrival_date_key,
        cast(
            case
                when chronic_group in ('Heart failure', 'Ischemic heart disease')
                    then 'Heart disease'
                else chronic_group
            end as varchar(50)
        ) as chronic_group
    from diagnoses
),

counted as (
    select
        reported.chronic_group,
        days.year_month_sort,
        count(*) as encounters
    from reported
    inner join days
        on reported.arrival_date_key = days.date_key
    group by
        reported.chronic_group,
        days.year_month_sort
),

chronic_groups as (
    select chronic_group
    from counted
    group by chronic_group
),

final as (
    select
        -- keys
        chronic_groups.chronic_group,
        covered_days.first_date_key as month_start_date_key,
        cast(covered_days.calendar_year as int) as calendar_year,
        cast(covered_days.month_number as int) as month_number,

        -- measures
        cast(covered_days.days_covered as int) as days_covered,
        cast({{ unless_small('counted.encounters', 'counted.encounters') }} as int) as encounters,
        cast(
            {{ unless_small(
                ratio('counted.encounters', 'covered_days.days_covered'), 'counted.encounters'
            ) }} as decimal(18, 4)
        ) as encounters_per_day
    from chronic_groups
    cross join covered_days
    left join counted
        on
            chronic_groups.chronic_group = counted.chronic_group
            and covered_days.year_month_sort = counted.year_month_sort
)

select * from final
