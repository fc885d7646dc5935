-- Delivered rows that broke a rule, one row each, for the first rule that it broke: rejected, or
-- kept and flagged. Its first question: which rows do I have to correct in the source?
{{ config(alias='failed_rows') }}

with failed as (
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
        {% set table = checked | replace('int_checked_', '') %}
        select
            cast('{{ table }}' as varchar(20)) as table_name,
            cast({{ row_key(table) }} as varchar(121)) as row_key,
            coalesce(rejected_by_rule, flagged_by_rule) as broken_rule,
            offending_value
        from {{ ref(checked) }}
        where
            rejected_by_rule is not null
            or flagged_by_rule is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

rules as (
    select
        table_name,
        rule_name,
        column_name,
        concat(column_name, ' ', rule_name) as broken_rule,
        {{ severity_in_force() }} as severity
    from {{ ref('quality_rules') }}
),

final as (
    select
        cast('{{ var('emr_source', 'demo') }}' as varchar(20)) as source_name,
        failed.table_name,
        failed.row_key,
        rules.rule_name,
        rules.column_name,
        failed.offending_value,
        rules.severity
    from failed
    inner join rules
        on
            failed.table_name = rules.table_name
            and failed.broken_rule = rules.broken_rule
)

select * from final
