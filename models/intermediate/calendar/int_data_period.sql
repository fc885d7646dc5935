-- The period for which arrivals are in the data, in one row.
--
-- Rule: follow-up is complete to the last arrival, because a readmission after it cannot be in the
-- data, unless the variable follow_up_ends_on names another day.
with encounters as (
    select arrived_at
    from {{ ref('int_encounters') }}
),

arrivals as (
    select
        cast(min(arrived_at) as date) as first_arrival_date,
        cast(max(arrived_at) as date) as last_arrival_date
    from encounters
),

final as (
    select
        first_arrival_date,
        last_arrival_date,
        coalesce(
            try_cast(
                nullif('{{ var("follow_up_ends_on") }}', '') as date
            ),
            last_arrival_date
        ) as follow_up_end_date
    from arrivals
)

select * from final
