-- Staffed beds of each department as a history of whole days.
--
-- Rule: a number holds from the day on which a build first saw it until the day of the next one;
-- the first number holds for all days before. Of two numbers first seen on one day the later one
-- holds.
with versions as (
    select
        department_id,
        staffed_beds,
        cast(dbt_valid_from as date) as valid_from_date,
        row_number() over (
            partition by department_id, cast(dbt_valid_from as date)
            order by dbt_valid_from desc
        ) as latest_of_day
    from {{ ref('department_beds_history') }}
),

ordered as (
    select
        department_id,
        staffed_beds,
        valid_from_date,
        lead(valid_from_date) over (
            partition by department_id order by valid_from_date
        ) as valid_before_date,
        row_number() over (
            partition by department_id order by valid_from_date
        ) as version_number
    from versions
    where latest_of_day = 1
),

final as (
    select
        department_id,
        staffed_beds,
        case when version_number > 1 then valid_from_date end as valid_from_date,
        valid_before_date
    from ordered
)

select * from final
