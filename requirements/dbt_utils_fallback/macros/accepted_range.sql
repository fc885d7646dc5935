{#- Rows whose value lies outside min_value … max_value. A null is no value and passes. -#}
{% test accepted_range(model, column_name, min_value=none, max_value=none, inclusive=true) %}
    {%- set equal = '=' if inclusive else '' -%}
    {%- set broken = [] -%}
    {%- if min_value is not none -%}
        {%- do broken.append('not (' ~ column_name ~ ' >' ~ equal ~ ' ' ~ min_value ~ ')') -%}
    {%- endif -%}
    {%- if max_value is not none -%}
        {%- do broken.append('not (' ~ column_name ~ ' <' ~ equal ~ ' ' ~ max_value ~ ')') -%}
    {%- endif -%}
    {%- if not broken -%}
        {{ exceptions.raise_compiler_error('accepted_range needs min_value or max_value') }}
    {%- endif %}
select *
from {{ model }}
where {{ broken | join(' or ') }}
{% endtest %}
