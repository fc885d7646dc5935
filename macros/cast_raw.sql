{#- From raw text to typed columns. Raw may hold text (CSV) or typed values (Parquet, loaded
    tables); a blank means missing, and what cannot be read becomes null, never an error: try_cast
    is the same word on DuckDB, SQL Server and Fabric. The empty string goes first, because SQL
    Server casts '' to 0 and to 1900-01-01. -#}
{% macro raw_text(column, length) -%}
    cast(nullif(trim(cast({{ column }} as varchar({{ length }}))), '') as varchar({{ length }}))
{%- endmacro %}

{% macro raw_code(column, length) -%}
    cast(nullif(upper(trim(cast({{ column }} as varchar({{ length }})))), '') as varchar({{ length }}))
{%- endmacro %}

{% macro raw_word(column, length) -%}
    cast(nullif(lower(trim(cast({{ column }} as varchar({{ length }})))), '') as varchar({{ length }}))
{%- endmacro %}

{% macro raw_date(column) -%}
    {{ read_as(column, 'date') }}
{%- endmacro %}

{% macro raw_timestamp(column) -%}
    {{ read_as(column, dbt.type_timestamp()) }}
{%- endmacro %}

{% macro raw_integer(column) -%}
    {{ read_as(column, 'int') }}
{%- endmacro %}

{% macro raw_decimal(column) -%}
    {{ read_as(column, 'decimal(18, 2)') }}
{%- endmacro %}

{% macro read_as(column, type) -%}
    {{ return(adapter.dispatch('read_as', 'emr_analytics')(column, type)) }}
{%- endmacro %}

{% macro default__read_as(column, type) -%}
    try_cast(nullif(trim(cast({{ column }} as varchar(40))), '') as {{ type }})
{%- endmacro %}

{#- DuckDB reads a blank as null by itself, and a value that has its type already for nothing; text
    with blanks around it (which it refuses in timestamps) is read at the second attempt. -#}
{% macro duckdb__read_as(column, type) -%}
    coalesce(
        try_cast({{ column }} as {{ type }}), try_cast(trim(cast({{ column }} as varchar)) as {{ type }})
    )
{%- endmacro %}
