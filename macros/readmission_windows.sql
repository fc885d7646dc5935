{#- The follow-up windows of readmission, in days. -#}
{% macro readmission_windows() -%}
    {{ return([7, 30, 60, 90]) }}
{%- endmacro %}
