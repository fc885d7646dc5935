{#- From raw text to typed columns. Raw may hold text (CSV) or typed values (Parquet, loaded
    tables); a blank means missing, and what cannot be read becomes null, never an error.

    Only one way to write a value counts, so that every engine and every language setting of a server
    reads the same: dates and times as 2024-02-29, 2024-02-29 23:59:58.123 or with a T between them;
    numbers with an optional sign and a decimal point. Anything else (29.02.2024, 1,200.50, 1e3,
    a time zone) is unreadable, and unreadable() says so. -#}
{% macro raw_text(column, length) -%}
    cast({{ within(column, length) }} as varchar({{ length }}))
{%- endmacro %}

{% macro raw_code(column, length) -%}
    cast(upper({{ within(column, length) }}) as varchar({{ length }}))
{%- endmacro %}

{% macro raw_word(column, length) -%}
    cast(lower({{ within(column, length) }}) as varchar({{ length }}))
{%- endmacro %}

{#- Text that is neither blank nor too long. -#}
{% macro within(column, length) -%}
    case
        when {{ text_bytes(as_text(column)) }} <= {{ length }} then nullif({{ as_text(column) }}, '')
    end
{%- endmacro %}

{% macro raw_date(column) -%}
    cast({{ raw_timestamp(column) }} as date)
{%- endmacro %}

{% macro raw_timestamp(column) -%}
    case
        when {{ looks_like_time(as_text(column)) }}
            then try_cast({{ as_text(column) }} as {{ dbt.type_timestamp() }})
    end
{%- endmacro %}

{#- 120 and 120.0 (a spreadsheet's and a data frame's way) are whole numbers, 120.5 is none. -#}
{% macro raw_integer(column) -%}
    case
        when
            {{ looks_like_number(as_text(column)) }}
            and {{ has_no_fraction(as_text(column)) }}
            then try_cast(try_cast({{ as_text(column) }} as decimal(18, 2)) as int)
    end
{%- endmacro %}

{% macro raw_decimal(column) -%}
    case
        when {{ looks_like_number(as_text(column)) }}
            then try_cast({{ as_text(column) }} as decimal(18, 2))
    end
{%- endmacro %}

{#- More than 8,000 bytes are cut off on SQL Server; no column is as long. -#}
{% macro as_text(column) -%}
    trim(cast({{ column }} as varchar(8000)))
{%- endmacro %}

{#- SQL Server counts the length of a type in bytes. -#}
{% macro text_bytes(text) -%}
    {{ return(adapter.dispatch('text_bytes', 'emr_analytics')(text)) }}
{%- endmacro %}

{% macro default__text_bytes(text) -%} datalength({{ text }}) {%- endmacro %}

{% macro duckdb__text_bytes(text) -%} strlen({{ text }}) {%- endmacro %}

{% macro looks_like_time(text) -%}
    {{ return(adapter.dispatch('looks_like_time', 'emr_analytics')(text)) }}
{%- endmacro %}

{#- try_cast rejects an hour of 25; a zone or AM after the time is rejected here. -#}
{% macro default__looks_like_time(text) -%}
    {{ text }} like '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]%'
        and len({{ text }}) <= 27
        and (
            len({{ text }}) = 10
            or (
                substring({{ text }}, 11, 6) like '[ T][0-9][0-9]:[0-9][0-9]'
                and substring({{ text }}, 12, 16) not like '%[^0-9:.]%'
            )
        )
{%- endmacro %}

{% macro duckdb__looks_like_time(text) -%}
    regexp_full_match(
        {{ text }},
        '\d{4}-\d{2}-\d{2}([ T]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,7})?)?)?'
    )
{%- endmacro %}

{% macro looks_like_number(text) -%}
    {{ return(adapter.dispatch('looks_like_number', 'emr_analytics')(text)) }}
{%- endmacro %}

{% macro has_no_fraction(text) -%}
    {{ return(adapter.dispatch('has_no_fraction', 'emr_analytics')(text)) }}
{%- endmacro %}

{% macro default__has_no_fraction(text) -%} {{ text }} not like '%.%[1-9]%' {%- endmacro %}

{% macro duckdb__has_no_fraction(text) -%}
    not regexp_matches({{ text }}, '\..*[1-9]')
{%- endmacro %}

{% macro default__looks_like_number(text) -%}
    {{ text }} like '[-+.0-9]%'
        and substring({{ text }}, 2, 40) not like '%[^.0-9]%'
        and {{ text }} like '%[0-9]%'
        and len({{ text }}) <= 40
{%- endmacro %}

{% macro duckdb__looks_like_number(text) -%}
    regexp_full_match({{ text }}, '[-+]?(\d+\.?\d*|\.\d+)') and length({{ text }}) <= 40
{%- endmacro %}

{#- Two columns: the first of a row's columns that holds something which cannot be read as the type
    that the contract states for it, and what it holds. For a source in another shape, `columns` names
    columns of the contract with their type and the `source` column; without anything both are
    empty. -#}
{% macro unreadable(entity=none, columns=none) -%}
    {%- set columns = columns or (contract()[entity]['columns'] if entity else {}) -%}
    {%- if not columns -%}
    cast(null as varchar(50)) as unreadable_column,
    cast(null as varchar(200)) as unreadable_value
    {%- else -%}
    cast(
        case
            {%- for name, column in columns.items() %}
            when {{ is_unreadable(column.source or name, column.data_type) }} then '{{ name }}'
            {%- endfor %}
        end as varchar(50)
    ) as unreadable_column,
    cast(
        case
            {%- for name, column in columns.items() %}
            when {{ is_unreadable(column.source or name, column.data_type) }}
                then {{ shown(as_text(column.source or name), column.identifies) }}
            {%- endfor %}
        end as varchar(200)
    ) as unreadable_value
    {%- endif -%}
{%- endmacro %}

{% macro is_unreadable(column, data_type) -%}
    {%- if data_type.startswith('varchar') -%}
        {{ text_bytes(as_text(column)) }} > {{ data_type | replace('varchar(', '') | replace(')', '') }}
    {%- else -%}
        {%- set read = {
            'int': raw_integer, 'date': raw_date, 'timestamp': raw_timestamp,
            'decimal(18,2)': raw_decimal,
        }[data_type] -%}
        {{ as_text(column) }} <> '' and {{ read(column) }} is null
    {%- endif -%}
{%- endmacro %}

{#- A text as it may be shown outside of staging: its first 50 characters; of a column that identifies
    a person only the pattern, 9 for a digit and A for a letter. -#}
{% macro shown(text, identifies) -%}
    {%- if identifies -%}
        {{ pattern_of('substring(' ~ text ~ ', 1, 50)') }}
    {%- else -%}
        substring({{ text }}, 1, 50)
    {%- endif -%}
{%- endmacro %}

{#- Signs beyond A to Z, digits and what dates and numbers are written with become a question mark
    by way of the whole text: who knows what they spell. -#}
{% macro pattern_of(text) -%}
    {%- set letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' -%}
    {%- set pattern -%}
        translate(upper({{ text }}), '{{ letters }}0123456789', '{{ 'A' * 26 }}{{ '9' * 10 }}')
    {%- endset -%}
    case when {{ holds_other_signs(pattern) }} then '?' else {{ pattern }} end
{%- endmacro %}

{% macro holds_other_signs(text) -%}
    {{ return(adapter.dispatch('holds_other_signs', 'emr_analytics')(text)) }}
{%- endmacro %}

{% macro default__holds_other_signs(text) -%}
    {{ text }} collate latin1_general_bin2 like '%[^A9 .,:/+-]%'
{%- endmacro %}

{% macro duckdb__holds_other_signs(text) -%}
    regexp_matches({{ text }}, '[^A9 .,:/+-]')
{%- endmacro %}
