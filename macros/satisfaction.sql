{#- 1 when a survey item reached its top box, 0 when it did not, null when it was not answered. -#}
{% macro is_top_box(score, top_box_from) -%}
    cast(
        case
            when {{ score }} is null then null
            when {{ score }} >= {{ top_box_from }} then 1
            else 0
        end as int
    )
{%- endmacro %}
