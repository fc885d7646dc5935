{#- Floating point of 64 bits: float is that on SQL Server and Fabric, and half of it on DuckDB. -#}
{% macro type_double() -%}
    {{ return(adapter.dispatch('type_double', 'emr_analytics')()) }}
{%- endmacro %}

{% macro default__type_double() -%} float {%- endmacro %}

{% macro duckdb__type_double() -%} double precision {%- endmacro %}
