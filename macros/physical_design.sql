{#- Physical storage on SQL Server: which are columnstore is in dbt_project.yml, the keys of dimensions
    are in their yml (`indexes`), text has a length everywhere. -#}

{#- The `indexes` of the dimensions are SQL Server's. DuckDB keeps the least and greatest value of each
    block and needs none, Fabric has none. -#}
{% macro duckdb__get_create_index_sql(relation, index_dict) -%}
    {{ return(none) }}
{%- endmacro %}

{#- After a nightly run: row groups from which much was deleted are merged, new rows are compressed, and
    the optimizer learns what the table holds now. After a full build there is little to do. -#}
{% macro tidy_up_fact(relation) -%}
    {{ return(adapter.dispatch('tidy_up_fact', 'emr_analytics')(relation)) }}
{%- endmacro %}

{% macro default__tidy_up_fact(relation) -%}
{%- endmacro %}

{% macro sqlserver__tidy_up_fact(relation) -%}
    alter index all on {{ relation.include(database=false) }}
        reorganize with (compress_all_row_groups = on);
    update statistics {{ relation.include(database=false) }};
{%- endmacro %}
