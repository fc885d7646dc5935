-- An unplanned readmission is a readmission, and an HWR-style index admission is in the HWR-style
-- population.
{% for window in readmission_windows() %}
    {{ 'union all' if not loop.first }}
    select
        stay_key,
        {{ window }} as window_days
    from {{ ref('fct_readmissions') }}
    where
        is_readmitted_unplanned_{{ window }}_days > is_readmitted_{{ window }}_days
        or (is_hwr_index_admission_{{ window }}_days = 1 and hwr_exclusion_reason is not null)
{% endfor %}
