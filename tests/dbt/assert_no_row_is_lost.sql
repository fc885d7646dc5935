-- Every row of a conformed table arrives in its fact table: none is lost in a join, none doubled.
with row_counts as (
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
            count(*) as row_count
        from {{ ref(conformed) }}
        union all
        select
            '{{ fact }}' as fact_table,
            count(*) as row_count
        from {{ ref(fact) }}
    {% endfor %}
)

select
    fact_table,
    min(row_count) as fewer_rows,
    max(row_count) as more_rows
from row_counts
group by fact_table
having min(row_count) <> max(row_count)
