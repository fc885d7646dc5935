{#- A figure, or null where it rests on fewer stays or patients than smallest_cell. -#}
{% macro unless_small(figure, count) -%}
    case when {{ count }} >= {{ var('smallest_cell') }} then {{ figure }} end
{%- endmacro %}

{#- first / second as a decimal share or ratio; null where there is nothing to divide by. -#}
{% macro ratio(first, second) -%}
    cast({{ first }} as decimal(28, 8)) / nullif(cast({{ second }} as decimal(18, 4)), 0)
{%- endmacro %}
