-- Every index admission for 30 days has an expected probability, and no other stay has one.
select
    stay_key,
    is_index_admission_30_days,
    expected_probability_30_days
from {{ ref('fct_readmissions') }}
where
    (is_index_admission_30_days = 1 and expected_probability_30_days is null)
    or (is_index_admission_30_days = 0 and expected_probability_30_days is not null)
