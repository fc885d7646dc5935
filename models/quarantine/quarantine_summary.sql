-- Results of the data-quality rules: one row per table and rule, broken or not.
{{ config(alias='summary') }}

with delivered as (
    {% for checked in [
        'int_checked_facilities',
        'int_checked_departments',
        'int_checked_providers',
        'int_checked_payers',
        'int_checked_patients',
        'int_checked_encounters',
        'int_checked_diagnoses',
        'int_checked_procedures',
        'int_checked_vitals',
        'int_checked_charges',
        'int_checked_claims',
        'int_checked_payments',
        'int_checked_surveys',
    ] %}
        select
            cast('{{ checked | replace('int_checked_', '') }}' as varchar(20)) as table_name,
            count(*) as delivered_rows,
            sum(case when rejected_by_rule is not null then 1 else 0 end) as rejected_rows
        from {{ ref(checked) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

failed as (
    select
        table_name,
        rule_name,
        column_name,
        count(*) as failed_rows,
        min(offending_value) as first_value,
        max(offending_value) as last_value
    from {{ ref('quarantine_failed_rows') }}
    group by
        table_name,
        rule_name,
        column_name
),

rules as (
    select
        table_name,
        rule_number,
        rule_name,
        column_name,
        {{ severity_in_force() }} as severity,
        can_be_kept,
        is_shown_in_logs,
        breaks_when
    from {{ ref('quality_rules') }}
),

final as (
    select
        cast('{{ var('emr_source', 'demo') }}' as varchar(20)) as source_name,
        rules.table_name,
        rules.rule_number,
        rules.rule_name,
        rules.column_name,
        rules.breaks_when,
        rules.severity,
        rules.can_be_kept,
        cast(delivered.delivered_rows as int) as delivered_rows,
        cast(coalesce(delivered.rejected_rows, 0) as int) as rejected_rows,
        cast(coalesce(failed.failed_rows, 0) as int) as failed_rows,
        case when rules.is_shown_in_logs = 1 then failed.first_value end as first_value,
        case when rules.is_shown_in_logs = 1 then failed.last_value end as last_value
    from rules
    inner join delivered
        on rules.table_name = delivered.table_name
    left join failed
        on
            rules.table_name = failed.table_name
            and rules.rule_name = failed.rule_name
            and rules.column_name = failed.column_name
)

select * from final
