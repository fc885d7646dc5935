{#- Which of a delivery's rows are accepted. contract/ lists the rules; this file picks, for each row,
    the first rule that it breaks. A particular rule is a 0/1 column of int_checked_<table>, named
    <column>__<rule>; the rules that hold for every table are written in is_broken(). -#}

{#- The rules of a table in the order in which they are checked, each with its name and severity:
    the variable quality_severity, else the contract. -#}
{% macro quality_rules(table) -%}
    {%- set rules = [] -%}
    {%- for rule in contract()[table].rules -%}
        {%- set name = rule.column ~ ' ' ~ rule.rule -%}
        {%- set severity = var('quality_severity').get(table ~ '.' ~ name, rule.severity) -%}
        {%- do rules.append(dict(rule, name=name, severity=severity)) -%}
    {%- endfor -%}
    {{ return(rules) }}
{%- endmacro %}

{#- The name of the first rule that a row breaks, of those with one of the severities; null for none.
    All rules of the first severity come before those of the second. Duplicates, and what looks at rows
    without them, are judged later. -#}
{% macro first_broken_rule(table, severities) -%}
    {%- set conditions = [] -%}
    {%- for severity in severities -%}
        {%- for rule in quality_rules(table) if rule.severity == severity and is_broken(rule) -%}
            {%- do conditions.append('when ' ~ is_broken(rule) ~ " then '" ~ rule.name ~ "'") -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if conditions -%}
        cast(
            case
                {{ conditions | join('\n                ') }}
            end as varchar(100)
        )
    {%- else -%}
        cast(null as varchar(100))
    {%- endif -%}
{%- endmacro %}

{#- The condition that is true for a row that breaks a rule; none where rows are compared. -#}
{% macro is_broken(rule) -%}
    {%- set column = rule.column -%}
    {%- set general = {
        'unparseable value': "unreadable_column = '" ~ column ~ "'",
        'missing key': column ~ ' is null',
        'beyond the end of the extract': 'cast(' ~ column ~ ' as date) > extract_end_date',
        'impossible date': is_impossible_date(column),
        'duplicate key': none,
        'overlapping inpatient stays': none,
    } -%}
    {%- set particular = (column ~ '__' ~ rule.rule) | lower | replace(' ', '_') | replace('-', '_')
        ~ ' = 1' -%}
    {{ return(general.get(rule.rule, particular)) }}
{%- endmacro %}

{#- Before anyone now alive was born, or so far ahead that it stands for something else. -#}
{% macro is_impossible_date(column) -%}
    {{ return('cast(' ~ column ~ " as date) < '1880-01-01' or cast(" ~ column
        ~ " as date) > '2299-12-31'") }}
{%- endmacro %}

{#- Not on the contract's list for the column; a blank is not an unknown code. -#}
{% macro is_unknown_code(table, column) -%}
    {%- set codes = contract()[table]['columns'][column].codes -%}
    {{ table }}.{{ column }} not in ('{{ codes | join("', '") }}')
{%- endmacro %}

{#- A value if the contract knows it, else null: what a row has that is kept with an unknown code. -#}
{% macro known_code(expression, table, column) -%}
    {%- set codes = contract()[table]['columns'][column].codes -%}
    case when {{ expression }} in ('{{ codes | join("', '") }}') then {{ expression }} end
{%- endmacro %}

{#- More than event_tolerance_days before arrival, or after discharge; in an encounter that is still
    open, after the end of the extract. Preadmission services and late entries are usual within three
    days (the payment window of Medicare, 42 CFR 412.2(c)(5)). -#}
{% macro is_outside_encounter(column) -%}
    {%- set days = var('event_tolerance_days') -%}
    cast({{ column }} as date) < {{ add_days('cast(encounters.arrived_at as date)', -days) }}
                or cast({{ column }} as date) > {{ add_days(
                    'coalesce(cast(encounters.discharged_at as date), extract_end.extract_end_date)',
                    days
                ) }}
{%- endmacro %}

{#- Of rows with one key, and of those that break no other rule apart from the rest: the number of
    this one, the latest by updated_at first, and among equals the first in the order of all columns.
    Keys that differ in case alone are one key. -#}
{% macro copy_number(table) -%}
    {%- set columns = contract()[table]['columns'] -%}
    {%- set names = checked_column_names(table) -%}
    row_number() over (
                partition by
                    {%- for name in contract()[table].key %}
                    {{ exactly('upper(' ~ name ~ ')') if name.endswith('_id') else name }},
                    {%- endfor %}
                    case when broken_rule is null then 0 else 1 end
                order by
                    {%- if 'updated_at' in names %}
                    updated_at desc,
                    {%- endif %}
                    {%- for name in names if name != 'updated_at' %}
                    case when {{ name }} is null then 1 else 0 end,
                    {%- set is_text = name not in columns
                        or columns[name].data_type.startswith('varchar') %}
                    {{ exactly(name) if is_text else name }}{{ ',' if not loop.last }}
                    {%- endfor %}
            )
{%- endmacro %}

{#- The columns that go on from staging: all but those that identify a person, of which only the birth
    date and the ZIP code go on, to be reduced in the next step. -#}
{% macro checked_column_names(table) -%}
    {{ return(contract()[table]['columns'].values() | map(attribute='staged') | sum(start=[])) }}
{%- endmacro %}

{% macro checked_columns(table) -%}
    {{ checked_column_names(table) | join(',\n        ') }}
{%- endmacro %}

{#- The value that broke a row's rule, as it may be shown: keys and codes as they are, of a column that
    identifies a person the pattern. -#}
{% macro offending_value(table) -%}
    {%- set columns = contract()[table]['columns'] -%}
    {%- set verdict = 'coalesce(rejected_by_rule, flagged_by_rule)' -%}
    cast(
            case
                when {{ verdict }} like '% unparseable value' then unreadable_value
                when {{ verdict }} like '% duplicate key' then {{ row_key(table) }}
                {%- for name, column in columns.items() if column.staged %}
                when {{ verdict }} like '{{ name }} %'
                    then {{ shown_value(column.staged[0], column) }}
                {%- endfor %}
            end as varchar(200)
        )
{%- endmacro %}

{#- A typed value as text, as it may be shown. -#}
{% macro shown_value(name, column) -%}
    {%- set text = seconds_text(name) if column.data_type == 'timestamp'
        else 'cast(' ~ name ~ ' as varchar(50))' -%}
    {{ return(shown(text, column.identifies)) }}
{%- endmacro %}

{#- The parts of a row's key, joined by a bar. -#}
{% macro row_key(table) -%}
    {%- set parts = [] -%}
    {%- for name in contract()[table].key -%}
        {%- do parts.append('cast(' ~ name ~ ' as varchar(60))') -%}
    {%- endfor -%}
    {{ return(parts[0] if parts | length == 1 else 'concat(' ~ parts | join(", '|', ") ~ ')') }}
{%- endmacro %}

{#- The verdict of all other rules, or the name of the last one where a row passed them and breaks it. -#}
{% macro with_last_rule(table, name, is_broken, verdict, severities) -%}
    {%- set rule = quality_rules(table) | selectattr('name', 'equalto', name) | first -%}
    {%- if rule.severity in severities -%}
    cast(
            case when {{ verdict }} is null and {{ is_broken }} then '{{ name }}' else {{ verdict }} end
            as varchar(100)
        )
    {%- else -%}
    {{ verdict }}
    {%- endif -%}
{%- endmacro %}

{#- The severity of a rule of the seed quality_rules: quality_severity, else the contract's own. -#}
{% macro severity_in_force() -%}
    {%- set chosen = var('quality_severity') -%}
    {%- if chosen -%}
    cast(
            case concat(table_name, '.', column_name, ' ', rule_name)
                {%- for name, severity in chosen.items() %}
                when '{{ name }}' then '{{ severity }}'
                {%- endfor %}
                else default_severity
            end as varchar(20)
        )
    {%- else -%}
    default_severity
    {%- endif -%}
{%- endmacro %}
