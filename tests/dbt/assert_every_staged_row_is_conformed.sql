-- Staging and the conformed layer hold the same number of rows, entity by entity.
{% for entity in [
    'facilities', 'departments', 'providers', 'payers', 'patients', 'encounters', 'diagnoses',
    'procedures', 'vitals', 'charges', 'claims', 'payments', 'surveys',
] %}
{{ 'union all' if not loop.first }}
select
    '{{ entity }}' as entity,
    staged.row_count as staged_rows,
    conformed.row_count as conformed_rows
from (select count(*) as row_count from {{ staged(entity) }}) as staged
cross join (select count(*) as row_count from {{ ref('int_conformed_' ~ entity) }}) as conformed
where staged.row_count <> conformed.row_count
{% endfor %}
