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
    try_cast(nullif(trim(cast({{ column }} as varchar(40))), '') as date)
{%- endmacro %}

{% macro raw_timestamp(column) -%}
    try_cast(nullif(trim(cast({{ column }} as varchar(40))), '') as {{ dbt.type_timestamp() }})
{%- endmacro %}

{% macro raw_integer(column) -%}
    try_cast(nullif(trim(cast({{ column }} as varchar(40))), '') as int)
{%- endmacro %}

{% macro raw_decimal(column) -%}
    try_cast(nullif(trim(cast({{ column }} as varchar(40))), '') as decimal(18, 2))
{%- endmacro %}
