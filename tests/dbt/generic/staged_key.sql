{#- The key of a staged table: no part of it missing, no value twice. -#}
{% test staged_key(model, key_columns) %}
select
    {%- for column in key_columns %}
    {{ column }},
    {%- endfor %}
    count(*) as row_count
from {{ model }}
group by
    {%- for column in key_columns %}
    {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
having
    count(*) > 1
    {%- for column in key_columns %}
    or {{ column }} is null
    {%- endfor %}
{% endtest %}
