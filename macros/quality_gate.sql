{#- Whether the build may go on: decided by quarantine.summary, before anything that reads accepted rows
    is built. -#}

{#- Every rule as a row: table, rule, column, what becomes of the row, whether it may be flag, and
    whether its values may be shown in a log: keys may not, because a medical record number
    identifies a person. -#}
{% macro all_quality_rules() -%}
    {%- do check_quality_variables() -%}
    {%- set first = [true] -%}
    {%- for entity in contract_keys() -%}
        {%- for rule in quality_rules(entity) %}
    {{ 'union all ' if not first.pop() }}select
        cast('{{ entity }}' as varchar(20)) as table_name,
        {{ rule.number }} as rule_number,
        cast('{{ rule.rule }}' as varchar(50)) as rule_name,
        cast('{{ rule.column }}' as varchar(50)) as column_name,
        cast('{{ rule.severity }}' as varchar(20)) as severity,
        {{ 0 if rule.needed else 1 }} as can_be_kept,
        {{ 0 if rule.column.endswith('_id') or rule.rule == 'duplicate key' else 1 }}
            as is_shown_in_logs
            {%- do first.append(false) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{#- Fails with one sentence per reason, the worst rules first. Runs after quarantine.summary is built;
    the quarantine tables are there to be looked at, the marts are as they were. -#}
{% macro stop_if_too_many_rows_are_rejected(summary) -%}
    {%- if not execute -%}
        {{ return('') }}
    {%- endif -%}
    {%- set found = run_query(
        "select table_name, rule_name, column_name, severity, delivered_rows, rejected_rows, "
        ~ "failed_rows, first_value, last_value from " ~ summary ~ " where failed_rows > 0 "
        ~ "order by table_name, failed_rows desc, rule_number") -%}
    {%- set limits = var('quarantine_limits') -%}
    {%- set reasons = [] -%}
    {%- for entity in contract_keys() -%}
        {%- set broken = found.rows | selectattr(0, 'equalto', entity) | list -%}
        {%- set rejecting = broken | rejectattr(3, 'equalto', 'flag') | list -%}
        {%- set stopping = broken | selectattr(3, 'equalto', 'stop') | list -%}
        {%- set limit = limits.get(entity, limits['default']) | float -%}
        {%- if stopping -%}
            {%- do reasons.append(
                thousands(stopping[0][6]) ~ ' of ' ~ thousands(stopping[0][4]) ~ ' rows of ' ~ entity
                ~ ' break a rule that stops the build: ' ~ broken_rules_text(stopping)) -%}
        {%- elif rejecting and rejecting[0][5] > limit * rejecting[0][4] -%}
            {%- do reasons.append(
                thousands(rejecting[0][5]) ~ ' of ' ~ thousands(rejecting[0][4]) ~ ' rows of ' ~ entity
                ~ ' are rejected, more than the ' ~ '%g' | format(limit * 100)
                ~ '% that quarantine_limits allows: ' ~ broken_rules_text(rejecting)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if reasons -%}
        {{ exceptions.raise_compiler_error(
            'Stopped before the marts changed. ' ~ reasons | join(' ')
            ~ ' The rows are in the schema quarantine, one table each.') }}
    {%- endif -%}
{%- endmacro %}

{#- The three rules that most rows break, with examples. -#}
{% macro broken_rules_text(rows) -%}
    {%- set parts = [] -%}
    {%- for row in rows[:3] -%}
        {%- set examples = [row[7], row[8]] | select | unique | join(', ') -%}
        {%- do parts.append(
            row[1] ~ ' in ' ~ row[2] ~ ' (' ~ thousands(row[6]) ~ (' rows' if row[6] != 1 else ' row')
            ~ (', such as ' ~ examples if examples else '') ~ ')') -%}
    {%- endfor -%}
    {{ return(parts | join('; ') ~ ('; and others.' if rows | length > 3 else '.')) }}
{%- endmacro %}

{% macro thousands(number) -%}
    {{ return('{:,}'.format(number | int)) }}
{%- endmacro %}
