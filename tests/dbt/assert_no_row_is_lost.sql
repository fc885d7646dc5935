-- Every accepted row arrives in its fact table: none is lost in a join, none doubled.
with row_counts as (
    {% for accepted, fact, condition in [
        ('int_encounters', 'fct_encounters', '1 = 1'),
        ('int_checked_diagnoses', 'fct_diagnoses', 'rejected_by_rule is null'),
        ('int_checked_procedures', 'fct_procedures', 'rejected_by_rule is null'),
        ('int_checked_vitals', 'fct_vitals', 'rejected_by_rule is null'),
        ('int_checked_charges', 'fct_charges', 'rejected_by_rule is null'),
        ('int_checked_claims', 'fct_revenue', 'rejected_by_rule is null'),
        ('int_checked_surveys', 'fct_satisfaction', 'rejected_by_rule is null'),
        ('int_acute_stays', 'fct_readmissions', '1 = 1'),
    ] %}
        {{ 'union all' if not loop.first }}
        select
            '{{ fact }}' as fact_table,
            count(*) as row_count
        from {{ ref(accepted) }}
        where {{ condition }}
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
