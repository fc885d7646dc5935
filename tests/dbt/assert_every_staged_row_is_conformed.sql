-- Staging and the conformed layer hold the same number of rows, entity by entity.
with row_counts as (
    {% for entity in [
        'facilities', 'departments', 'providers', 'payers', 'patients', 'encounters', 'diagnoses',
        'procedures', 'vitals', 'charges', 'claims', 'payments', 'surveys',
    ] %}
        {{ 'union all' if not loop.first }}
        select
            '{{ entity }}' as entity,
            count(*) as row_count
        from {{ staged(entity) }}
        union all
        select
            '{{ entity }}' as entity,
            count(*) as row_count
        from {{ ref('int_conformed_' ~ entity) }}
    {% endfor %}
)

select
    entity,
    min(row_count) as fewer_rows,
    max(row_count) as more_rows
from row_counts
group by entity
having min(row_count) <> max(row_count)
