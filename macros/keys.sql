{#- Integer surrogate key from source keys: the first 63 bits of their MD5, so that it is the same
    in every build and on every engine, and needs no look-up. Null (no such member) is -1, the
    unknown member of every dimension. Uniqueness tests on every key watch for collisions (1 in
    200,000 for ten million keys). -#}
{% macro integer_key(columns) -%}
    case
        when {% for column in columns -%}
            {{ column }} is null{{ ' or ' if not loop.last }}
        {%- endfor %} then cast(-1 as bigint)
        else {{ hash_63_bits(key_text(columns)) }}
    end
{%- endmacro %}

{% macro key_text(columns) -%}
    {%- if columns | length == 1 -%}
        cast({{ columns[0] }} as varchar(200))
    {%- else -%}
        concat({% for column in columns -%}
            cast({{ column }} as varchar(200)){{ ", '|', " if not loop.last }}
        {%- endfor %})
    {%- endif -%}
{%- endmacro %}

{#- 63 bits: bigint is signed and keys are positive. -#}
{% macro hash_63_bits(text) -%}
    {{ return(adapter.dispatch('hash_63_bits', 'emr_analytics')(text)) }}
{%- endmacro %}

{% macro default__hash_63_bits(text) -%}
    cast(substring(hashbytes('MD5', {{ text }}), 1, 8) as bigint)
        & cast(9223372036854775807 as bigint)
{%- endmacro %}

{% macro duckdb__hash_63_bits(text) -%}
    cast(
        cast(concat('0x', substring(md5({{ text }}), 1, 16)) as ubigint) & 9223372036854775807 as bigint
    )
{%- endmacro %}

{#- Whether two keys are the same case-sensitively: SQL Server's usual collations take e1 for E1, and the
    hashes of keys do not. -#}
{% macro is_same_key(first, second) -%}
    {{ exactly(first) }} = {{ second }}
{%- endmacro %}

{#- A text compared and sorted by its bytes, whatever the collation. -#}
{% macro exactly(text) -%}
    {{ return(adapter.dispatch('exactly', 'emr_analytics')(text)) }}
{%- endmacro %}

{% macro default__exactly(text) -%} {{ text }} collate latin1_general_100_bin2_utf8 {%- endmacro %}

{% macro duckdb__exactly(text) -%} {{ text }} {%- endmacro %}

{#- yyyymmdd of a date or timestamp; null stays null. -#}
{% macro date_key(column) -%}
    cast(year({{ column }}) * 10000 + month({{ column }}) * 100 + day({{ column }}) as int)
{%- endmacro %}
