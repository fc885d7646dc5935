-- Every row of a conformed table arrives in its fact table: none is lost in a join, none doubled.
{% for conformed, fact in [
    ('int_conformed_encounters', 'fct_encounters'),
    ('int_conformed_diagnoses', 'fct_diagnoses'),
    ('int_conformed_procedures', 'fct_procedures'),
    ('int_conformed_vitals', 'fct_vitals'),
    ('int_conformed_charges', 'fct_charges'),
    ('int_conformed_claims', 'fct_revenue'),
    ('int_conformed_surveys', 'fct_satisfaction'),
    ('int_acute_stays', 'fct_readmissions'),
] %}
{{ 'union all' if not loop.first }}
select
    '{{ fact }}' as fact_table,
    conformed.row_count as conformed_rows,
    fact.row_count as fact_rows
from (select count(*) as row_count from {{ ref(conformed) }}) as conformed
cross join (select count(*) as row_count from {{ ref(fact) }}) as fact
where conformed.row_count <> fact.row_count
{% endfor %}
