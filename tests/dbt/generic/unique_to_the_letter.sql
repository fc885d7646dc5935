{#- No value twice; two that differ in case alone are two, whatever the collation. -#}
{% test unique_to_the_letter(model, column_name) %}
select
    {{ exactly(column_name) }} as {{ column_name }},
    count(*) as row_count
from {{ model }}
group by {{ exactly(column_name) }}
having count(*) > 1
{% endtest %}
