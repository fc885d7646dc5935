-- Hospital sites as delivered, each row with the rule that it breaks, if any
-- (contract/tables/facilities.yml lists the rules in the order in which they count).
with facilities as (
    select *
    from {{ staged('facilities') }}
),

judged as (
    select
        *,
        {{ first_broken_rule('facilities', ['stop', 'quarantine']) }} as broken_rule,
        {{ first_broken_rule('facilities', ['flag']) }} as flagged_by_rule
    from facilities
),

counted as (
    select
        *,
        {{ copy_number('facilities') }} as copy_number
    from judged
),

verdicts as (
    select
        *,
        cast(
            case
                when broken_rule is null and copy_number > 1 then 'facility_id duplicate key'
                else broken_rule
            end as varchar(100)
        ) as rejected_by_rule
    from counted
),

final as (
    select
        {{ checked_columns('facilities') }},
        rejected_by_rule,
        flagged_by_rule,
        {{ offending_value('facilities') }} as offending_value
    from verdicts
)

select * from final
