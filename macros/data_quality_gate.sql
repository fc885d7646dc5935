{#- Whether a build may go on: each int_checked_<table> decides for what reads it. -#}

{#- After a checked table is built: fails it, and so skips what depends on it, where more rows are
    rejected than quarantine_limits allows, or a row breaks a rule whose severity is stop. The table
    stays to be looked at. -#}
{% macro stop_if_too_many_rows_are_rejected(checked) -%}
    {%- if not execute or 'int_checked_' not in model.name -%}
        {{ return('') }}
    {%- endif -%}
    {%- set table = model.name | replace('int_checked_', '') -%}
    {%- set rows = run_query('select count(*) from ' ~ checked).rows[0][0] -%}
    {%- set found = run_query(
        'select rejected_by_rule, count(*) as failed_rows, min(offending_value) as first_value, '
        ~ 'max(offending_value) as last_value from ' ~ checked
        ~ ' where rejected_by_rule is not null group by rejected_by_rule'
        ~ ' order by count(*) desc, rejected_by_rule').rows -%}
    {%- set limit = var('quarantine_limits').get(table, var('quarantine_limits')['default']) | float -%}
    {%- set rejected = found | sum(attribute=1) -%}
    {%- set stopping = quality_rules(table) | selectattr('severity', 'equalto', 'stop')
        | map(attribute='name') | list -%}
    {%- set stopped = found | selectattr(0, 'in', stopping) | list -%}
    {%- if stopped -%}
        {%- set reason = thousands(stopped | sum(attribute=1)) ~ ' of ' ~ thousands(rows) ~ ' rows of '
            ~ table ~ ' break a rule that stops the build: ' ~ broken_rules_text(table, stopped) -%}
    {%- elif rejected > limit * rows -%}
        {%- set reason = thousands(rejected) ~ ' of ' ~ thousands(rows) ~ ' rows of ' ~ table
            ~ ' are rejected, more than the ' ~ '%g' | format(limit * 100)
            ~ '% that quarantine_limits allows: ' ~ broken_rules_text(table, found) -%}
    {%- endif -%}
    {%- if reason -%}
        {{ exceptions.raise_compiler_error(
            reason ~ ' Nothing that reads them was built. The rows are in ' ~ checked.schema ~ '.'
            ~ checked.identifier ~ ', where rejected_by_rule is not null.') }}
    {%- endif -%}
{%- endmacro %}

{#- The three rules that most rows break, with examples; values of keys are never shown. -#}
{% macro broken_rules_text(table, found) -%}
    {%- set rules = {} -%}
    {%- for rule in quality_rules(table) -%}
        {%- do rules.update({rule.name: rule}) -%}
    {%- endfor -%}
    {%- set parts = [] -%}
    {%- for name, count, first, last in found[:3] -%}
        {%- set rule = rules[name] -%}
        {%- set is_key = rule.column.endswith('_id') or rule.rule == 'duplicate key' -%}
        {%- set examples = [] if is_key else [first, last] | select | unique | list -%}
        {%- do parts.append(
            rule.rule ~ ' in ' ~ rule.column ~ ' (' ~ thousands(count)
            ~ (' rows' if count != 1 else ' row')
            ~ (', such as ' ~ examples | join(', ') if examples else '') ~ ')') -%}
    {%- endfor -%}
    {{ return(parts | join('; ') ~ ('; and others.' if found | length > 3 else '.')) }}
{%- endmacro %}

{% macro thousands(number) -%}
    {{ return('{:,}'.format(number | int)) }}
{%- endmacro %}

{#- Before anything is built: every name in quality_severity and quarantine_limits is one that exists,
    and no rule is flagged without which a row cannot be counted. -#}
{% macro check_quality_settings() -%}
    {%- set rules = {} -%}
    {%- for table, stated in contract().items() -%}
        {%- for rule in stated.rules -%}
            {%- do rules.update({table ~ '.' ~ rule.column ~ ' ' ~ rule.rule: rule}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for name, severity in var('quality_severity').items() -%}
        {%- if name not in rules -%}
            {{ exceptions.raise_compiler_error(
                "quality_severity names '" ~ name ~ "', which is not a rule: a rule is named like '"
                ~ (rules | list)[-1] ~ "' (docs/data-quality.md lists them).") }}
        {%- elif severity not in ['quarantine', 'flag', 'stop'] -%}
            {{ exceptions.raise_compiler_error(
                "quality_severity of '" ~ name ~ "' is '" ~ severity
                ~ "', but must be quarantine, flag or stop.") }}
        {%- elif severity == 'flag' and not rules[name].can_be_kept -%}
            {{ exceptions.raise_compiler_error(
                "quality_severity of '" ~ name ~ "' cannot be flag: a row that breaks this rule cannot "
                ~ "be counted anywhere.") }}
        {%- endif -%}
    {%- endfor -%}
    {%- if 'default' not in var('quarantine_limits') -%}
        {{ exceptions.raise_compiler_error(
            "quarantine_limits has no default: add the rate for tables that it does not name.") }}
    {%- endif -%}
    {%- for name in var('quarantine_limits') if name != 'default' and name not in contract() -%}
        {{ exceptions.raise_compiler_error(
            "quarantine_limits names '" ~ name ~ "', which is not a table of the contract.") }}
    {%- endfor -%}
{%- endmacro %}
