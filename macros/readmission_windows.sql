{#- The follow-up windows of readmission, in days. -#}
{% macro readmission_windows() -%}
    {{ return([7, 30, 60, 90]) }}
{%- endmacro %}

{#- True for a stay that is an index admission with a readmission in at least one window. -#}
{% macro is_readmitted_in_any_window() -%}
    (
    {%- for window in readmission_windows() -%}
        {{ ' or ' if not loop.first -}}
        (index_exclusion_reason_{{ window }}_days is null and days_to_next_stay <= {{ window }})
    {%- endfor -%}
    )
{%- endmacro %}
