{#- The folder of models/staging/ that feeds the marts: emr for the demo and for a hospital's extract,
    else the one that the variable emr_source names. -#}
{% macro source_system() -%}
    {%- set chosen = var('emr_source', 'demo') -%}
    {%- set folder = 'emr' if chosen in ['demo', 'extract'] else chosen -%}
    {%- do check_source_system(chosen, folder) -%}
    {{ return(folder) }}
{%- endmacro %}


{#- Stops with one sentence where no folder of models/staging/ has the name. While dbt parses, the
    files that it has read are the only list of folders; without it dbt names the missing model. -#}
{% macro check_source_system(chosen, folder) -%}
    {%- set folders = [] -%}
    {%- for path in ref.manifest.files | default([]) if not execute and '://models/staging/' in path -%}
        {%- do folders.append(path.split('://models/staging/')[1].split('/')[0]) -%}
    {%- endfor -%}
    {%- if folders and folder not in folders -%}
        {%- set others = folders | unique | reject('equalto', 'emr') | sort -%}
        {{ exceptions.raise_compiler_error(
            "emr_source is '" ~ chosen ~ "', but must be one of: "
            ~ (['demo', 'extract'] + others) | join(', ')) }}
    {%- endif -%}
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
                node.identifier ~ ": load the source first (emr attach --help).") }}
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
