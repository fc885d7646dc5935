{#- Descriptions of all columns of a relation, in one statement. dbt-duckdb's own version first asks
    the catalogue which of them exist; here a description without a column fails, as it should. -#}
{% macro duckdb__alter_column_comment(relation, column_dict) -%}
    {%- for column in column_dict.values() if column['description'] -%}
        comment on column {{ relation }}.{{ adapter.quote(column['name']) }} is
            {{ duckdb_escape_comment(column['description']) }};
    {%- endfor -%}
{%- endmacro %}
