-- What became of the delivered rows, by table and rule. Nothing after it is built where too many
-- rows of a table are rejected, or one breaks a rule that stops the build
-- (macros/quality_gate.sql).
{{ config(alias='summary') }}

with delivered as (
    {% for entity in contract_keys() -%}
        {{ 'union all' if not loop.first }}
        select
            cast('{{ entity }}' as varchar(20)) as table_name,
            count(*) as delivered_rows,
            sum(case when rejected_by_rule is not null then 1 else 0 end) as rejected_rows
        from {{ ref('int_checked_' ~ entity) }}
    {% endfor %}
),

broken as (
    {% for entity in contract_keys() -%}
        {{ 'union all' if not loop.first }}
        select
            cast('{{ entity }}' as varchar(20)) as table_name,
            rule_name,
            column_name,
            count(*) as failed_rows,
            min(offending_value) as first_value,
            max(offending_value) as last_value
        from {{ ref('quarantine_' ~ entity) }}
        group by
            rule_name,
            column_name
    {% endfor %}
),

rules as (
    {{ all_quality_rules() }}
),

final as (
    select
        cast('{{ var('emr_source', 'demo') }}' as varchar(20)) as source_name,
        rules.table_name,
        rules.rule_number,
        rules.rule_name,
        rules.column_name,
        rules.severity,
        cast(rules.can_be_kept as int) as can_be_kept,
        cast(delivered.delivered_rows as int) as delivered_rows,
        cast(coalesce(delivered.rejected_rows, 0) as int) as rejected_rows,
        cast(coalesce(broken.failed_rows, 0) as int) as failed_rows,
        case when rules.is_shown_in_logs = 1 then broken.first_value end as first_value,
        case when rules.is_shown_in_logs = 1 then broken.last_value end as last_value
    from rules
    inner join delivered
        on rules.table_name = delivered.table_name
    left join broken
        on
            rules.table_name = broken.table_name
            and rules.rule_name = broken.rule_name
            and rules.column_name = broken.column_name
)

select * from final
