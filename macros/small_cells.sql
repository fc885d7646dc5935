{#- Small cells are not shown in the rpt_ tables that count for themselves (CMS cell-size policy: no cell
    of 1 to 10, and nothing that it could be worked out from). Measures: measures/small_cells.py. -#}

{#- The count of a part, null where there are fewer than smallest_cell of the whole, or where the part or
    the rest is a small cell. -#}
{% macro unless_small(part, whole) -%}
    case
        when
            {{ whole }} >= {{ var('smallest_cell') }}
            and not {{ is_small_cell('coalesce(' ~ part ~ ', 0)') }}
            and not {{ is_small_cell(whole ~ ' - coalesce(' ~ part ~ ', 0)') }}
            then {{ part }}
    end
{%- endmacro %}

{#- A count, or null where it is a small cell; none is none. -#}
{% macro shown_count(count) -%}
    case when not {{ is_small_cell(count) }} then {{ count }} end
{%- endmacro %}

{% macro is_small_cell(count) -%}
    ({{ count }} between 1 and {{ var('smallest_cell') }} - 1)
{%- endmacro %}

{#- first / second as a decimal rate or ratio; null where there is nothing to divide by. -#}
{% macro ratio(first, second) -%}
    cast({{ first }} as decimal(28, 8)) / nullif(cast({{ second }} as decimal(18, 4)), 0)
{%- endmacro %}
