{#- Schemas are the same on every engine and for everybody: raw, reference, staging, intermediate,
    quarantine, marts. dbt's default would put the profile's schema in front of them. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ target.schema if custom_schema_name is none else custom_schema_name | trim }}
{%- endmacro %}
