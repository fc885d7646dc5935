-- How good the delivery was: one row per rule of a table, broken or not.
with summary as (
    select
        table_name,
        rule_number,
        rule_name,
        column_name,
        severity,
        delivered_rows,
        rejected_rows,
        failed_rows
    from {{ ref('quarantine_summary') }}
),

final as (
    select
        -- attributes
        table_name,
        cast(rule_number as int) as rule_number,
        rule_name,
        column_name,
        severity,

        -- measures
        delivered_rows,
        cast(delivered_rows - rejected_rows as int) as accepted_rows,
        cast(case when severity <> 'flag' then failed_rows else 0 end as int) as rejected_rows,
        cast(case when severity = 'flag' then failed_rows else 0 end as int) as flagged_rows,
        cast(
            case
                when delivered_rows > 0
                    then cast(failed_rows as decimal(18, 6)) / delivered_rows
            end as decimal(9, 6)
        ) as failure_rate
    from summary
)

select * from final
