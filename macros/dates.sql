{#- Completed years between a birth date and a later date. Someone born on 29 February has a
    birthday on 1 March in common years. -#}
{% macro age_in_years(birth_date, on_date) -%}
    (
        year({{ on_date }}) - year({{ birth_date }})
        - case
            when month({{ on_date }}) * 100 + day({{ on_date }})
                < month({{ birth_date }}) * 100 + day({{ birth_date }}) then 1
            else 0
        end
    )
{%- endmacro %}

{#- Calendar days from one date or time to a later one: midnights crossed, whatever the hour. -#}
{% macro days_between(first, second) -%}
    {{ return(adapter.dispatch('days_between', 'emr_analytics')(first, second)) }}
{%- endmacro %}

{% macro default__days_between(first, second) -%}
    datediff(day, cast({{ first }} as date), cast({{ second }} as date))
{%- endmacro %}

{% macro duckdb__days_between(first, second) -%}
    date_diff('day', cast({{ first }} as date), cast({{ second }} as date))
{%- endmacro %}

{#- Minutes from one time to a later one. -#}
{% macro minutes_between(first, second) -%}
    {{ return(adapter.dispatch('minutes_between', 'emr_analytics')(first, second)) }}
{%- endmacro %}

{% macro default__minutes_between(first, second) -%}
    datediff(minute, {{ first }}, {{ second }})
{%- endmacro %}

{% macro duckdb__minutes_between(first, second) -%}
    date_diff('minute', {{ first }}, {{ second }})
{%- endmacro %}

{#- Whole days added to a date, as a date (dateadd returns a timestamp on some engines). -#}
{% macro add_days(date, days) -%}
    {{ return(adapter.dispatch('add_days', 'emr_analytics')(date, days)) }}
{%- endmacro %}

{% macro default__add_days(date, days) -%}
    cast(dateadd(day, {{ days }}, {{ date }}) as date)
{%- endmacro %}

{% macro duckdb__add_days(date, days) -%}
    cast(date_add({{ date }}, to_days(cast({{ days }} as int))) as date)
{%- endmacro %}

{#- Calendar months added to a date, as a date; the last day of the month where the day does not
    exist. -#}
{% macro add_months(date, months) -%}
    {{ return(adapter.dispatch('add_months', 'emr_analytics')(date, months)) }}
{%- endmacro %}

{% macro default__add_months(date, months) -%}
    cast(dateadd(month, {{ months }}, {{ date }}) as date)
{%- endmacro %}

{% macro duckdb__add_months(date, months) -%}
    cast(date_add({{ date }}, to_months(cast({{ months }} as int))) as date)
{%- endmacro %}

{#- First day of the month of a date or timestamp. -#}
{% macro month_start(column) -%}
    {{ add_days('cast(' ~ column ~ ' as date)', '1 - day(' ~ column ~ ')') }}
{%- endmacro %}

{#- Days since Monday of the date's week: 0 Monday … 6 Sunday, whatever the server's language.
    1900-01-01 was a Monday. -#}
{% macro days_since_monday(date) -%}
    (((({{ days_between("'1900-01-01'", date) }}) % 7) + 7) % 7)
{%- endmacro %}

{#- The numbers 0 … 10^digits - 1 in a column `number`. Recursion would need an option that views
    cannot carry on SQL Server, and generate_series is not in SQL Server 2019. -#}
{% macro numbers(digits) -%}
    select
        {% for position in range(digits) -%}
            {{ ' + ' if not loop.first }}digit_{{ position }}.digit * {{ 10 ** position }}
        {%- endfor %} as number
    from
    {%- for position in range(digits) %}
        {{ 'cross join ' if not loop.first }}(
            select 0 as digit
            {%- for digit in range(1, 10) %} union all select {{ digit }}{% endfor -%}
        ) as digit_{{ position }}
    {%- endfor %}
{%- endmacro %}

{#- English names, whatever the server's language. -#}
{% macro month_name(month_number) -%}
    case {{ month_number }}
        {%- for name in ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August',
                         'September', 'October', 'November', 'December'] %}
        when {{ loop.index }} then '{{ name }}'
        {%- endfor %}
    end
{%- endmacro %}

{% macro weekday_name(weekday_number) -%}
    case {{ weekday_number }}
        {%- for name in ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday',
                         'Sunday'] %}
        when {{ loop.index }} then '{{ name }}'
        {%- endfor %}
    end
{%- endmacro %}

{#- A date from a variable, as a literal; null where it is empty. -#}
{% macro stated_date(text) -%}
    {{ "'" ~ text ~ "'" if text else 'null' }}
{%- endmacro %}
