{#- Small cells are not shown in the rpt_ tables (CMS cell-size policy: no cell of 1 to 10, and nothing
    that it could be worked out from). -#}

{#- A figure, or null where it rests on fewer stays or patients than smallest_cell; of a share, `part`
    is what is counted, and neither it nor the rest may be a small cell. -#}
{% macro unless_small(figure, count, part=none) -%}
    case
        when
            {{ count }} >= {{ var('smallest_cell') }}
            {%- if part %}
            and not {{ is_small_cell('coalesce(' ~ part ~ ', 0)') }}
            and not {{ is_small_cell(count ~ ' - coalesce(' ~ part ~ ', 0)') }}
            {%- endif %}
            then {{ figure }}
    end
{%- endmacro %}

{#- A count, or null where it is a small cell; none is none. -#}
{% macro shown_count(count) -%}
    case when not {{ is_small_cell(count) }} then {{ count }} end
{%- endmacro %}

{% macro is_small_cell(count) -%}
    ({{ count }} between 1 and {{ var('smallest_cell') }} - 1)
{%- endmacro %}

{#- first / second as a decimal share or ratio; null where there is nothing to divide by. -#}
{% macro ratio(first, second) -%}
    cast({{ first }} as decimal(28, 8)) / nullif(cast({{ second }} as decimal(18, 4)), 0)
{%- endmacro %}

{#- A figure of a row that is neither hidden nor rests on too few index stays. -#}
{% macro unless_hidden(figure) -%}
    case when is_hidden = 0 and index_stays >= {{ var('smallest_cell') }} then {{ figure }} end
{%- endmacro %}
