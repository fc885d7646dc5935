-- Every accepted row and every inpatient stay is in its fact table: none is lost in a join, none is
-- duplicated.
with row_counts as (
    {% for checked, fact in [
        ('int_checked_encounters', 'fct_encounters'),
        ('int_checked_diagnoses', 'fct_diagnoses'),
        ('int_checked_procedures', 'fct_procedures'),
        ('int_checked_vitals', 'fct_vitals'),
        ('int_checked_charges', 'fct_charges'),
        ('int_checked_claims', 'fct_revenue'),
        ('int_checked_surveys', 'fct_satisfaction'),
    ] %}
        select
            '{{ fact }}' as fact_table,
            count(*) as row_count
        from {{ ref(checked) }}
        where rejected_by_rule is null
        union all
        select
            '{{ fact }}' as fact_table,
            count(*) as row_count
        from {{ ref(fact) }}
        union all
    {% endfor %}
    select
        'fct_readmissions' as fact_table,
        count(*) as row_count
    from {{ ref('int_acute_stays') }}
    union all
    select
        'fct_readmissions' as fact_table,
        count(*) as row_count
    from {{ ref('fct_readmissions') }}
)

select
    fact_table,
    min(row_count) as fewer_rows,
    max(row_count) as more_rows
from row_counts
group by fact_table
having min(row_count) <> max(row_count)
