-- A readmission flag is null exactly where the stay is no index admission, and the exclusion reason
-- is
-- null exactly where it is one; the HWR-style flag is null exactly outside of its own population.
-- An unplanned readmission is a readmission.
{% for window in readmission_windows() %}
    {{ 'union all' if not loop.first }}
    select
        stay_key,
        {{ window }} as window_days
    from {{ ref('fct_readmissions') }}
    where
        (is_index_admission_{{ window }}_days = 1 and is_readmitted_{{ window }}_days is null)
        or (
            is_index_admission_{{ window }}_days = 0
            and is_readmitted_{{ window }}_days is not null
        )
        or (
            is_index_admission_{{ window }}_days = 1
            and index_exclusion_reason_{{ window }}_days is not null
        )
        or (
            is_index_admission_{{ window }}_days = 0
            and index_exclusion_reason_{{ window }}_days is null
        )
        or (
            is_index_admission_{{ window }}_days = 1
            and is_readmitted_unplanned_{{ window }}_days is null
        )
        or is_readmitted_unplanned_{{ window }}_days > is_readmitted_{{ window }}_days
        or (
            is_index_admission_{{ window }}_days = 0
            and is_readmitted_unplanned_{{ window }}_days is not null
        )
        or (
            is_hwr_index_admission_{{ window }}_days = 1
            and is_hwr_readmitted_{{ window }}_days is null
        )
        or (
            is_hwr_index_admission_{{ window }}_days = 0
            and is_hwr_readmitted_{{ window }}_days is not null
        )
        or (is_hwr_index_admission_{{ window }}_days = 1 and hwr_exclusion_reason is not null)
{% endfor %}
