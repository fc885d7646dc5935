{#- Which source system feeds the marts. A hospital's own system is one folder in models/staging/,
    one `+enabled` line in dbt_project.yml and one line here. -#}
{% macro source_system() -%}
    {%- set systems = {
        'demo': 'emr',
        'extract': 'emr',
        'mimic': 'mimic',
    } -%}
    {%- set chosen = var('emr_source', 'demo') -%}
    {%- if chosen not in systems -%}
        {{ exceptions.raise_compiler_error(
            "emr_source is '" ~ chosen ~ "', but must be one of: " ~ systems.keys() | join(', ')) }}
    {%- endif -%}
    {{ return(systems[chosen]) }}
{%- endmacro %}


{#- The staging model of an entity of the extract contract, from the chosen source system. -#}
{% macro staged(entity) -%}
    {{ return(ref('stg_' ~ source_system() ~ '__' ~ entity)) }}
{%- endmacro %}


{#- The raw table of an entity of the extract contract: the committed demo seed, or the hospital's
    own delivery. They live in different schemas, so that a build of the demo can never overwrite a
    hospital's raw data. -#}
{% macro raw_emr(entity) -%}
    {%- if var('emr_source', 'demo') == 'demo' -%}
        {{ return(ref(entity)) }}
    {%- else -%}
        {{ return(source('emr', entity)) }}
    {%- endif -%}
{%- endmacro %}


{#- Before anything is built: every raw table of the chosen source is there with every column that
    its sources file lists. Stops with one sentence otherwise; what was built before stays. -#}
{% macro check_raw_tables() -%}
    {%- if not execute or flags.WHICH not in ['build', 'run', 'test'] or flags.EMPTY -%}
        {{ return('') }}
    {%- endif -%}
    {%- set chosen = var('emr_source', 'demo') -%}
    {%- if chosen == 'demo' -%}
        {{ return('') }}
    {%- endif -%}
    {%- for node in graph.sources.values() if node.source_name == source_system() -%}
        {%- set relation = adapter.get_relation(node.database, node.schema, node.identifier) -%}
        {%- if relation is none -%}
            {{ exceptions.raise_compiler_error(
                "emr_source is '" ~ chosen ~ "', but there is no table " ~ node.schema ~ "." ~
                node.identifier ~ ": load the source first (python -m pipeline attach --help).") }}
        {%- endif -%}
        {%- set present = adapter.get_columns_in_relation(relation) | map(attribute='name')
            | map('lower') | list -%}
        {%- for column in node.columns.values() if column.name | lower not in present -%}
            {{ exceptions.raise_compiler_error(
                "Raw table " ~ node.schema ~ "." ~ node.identifier ~ " has no column " ~
                column.name ~ ": add it to the source (docs/own-data.md lists every column).") }}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}
