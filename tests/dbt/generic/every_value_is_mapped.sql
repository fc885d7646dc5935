{#- Every value of a raw column has a row in the seed that maps it: a new release's new values are
    named instead of becoming unknown in silence. Values are compared as staging reads codes. -#}
{% test every_value_is_mapped(model, column_name, to, field) %}
    select
        {{ raw_code('delivered.' ~ column_name, 200) }} as unmapped_value,
        count(*) as row_count
    from {{ model }} as delivered
    left join {{ to }} as mapping
        on {{ raw_code('delivered.' ~ column_name, 200) }} = mapping.{{ field }}
    where
        mapping.{{ field }} is null
        and {{ raw_code('delivered.' ~ column_name, 200) }} is not null
    group by {{ raw_code('delivered.' ~ column_name, 200) }}
{% endtest %}
