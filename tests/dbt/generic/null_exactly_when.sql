{#- A column is null on the rows of the condition and on no others, as its description says. A
    condition may name the model as `tested`. -#}
{% test null_exactly_when(model, column_name, condition) %}
select tested.{{ column_name }}
from {{ model }} as tested
where
    case when tested.{{ column_name }} is null then 1 else 0 end
    <> case when {{ condition }} then 1 else 0 end
{% endtest %}
