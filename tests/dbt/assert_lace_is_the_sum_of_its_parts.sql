-- The LACE index is the sum of its four parts, and its band follows from it.
select
    stay_key,
    lace_index,
    lace_band
from {{ ref('fct_readmissions') }}
where
    lace_index
    <> lace_length_of_stay_points
    + lace_acuity_points
    + lace_comorbidity_points
    + lace_emergency_visit_points
    or (lace_band = 'Low' and lace_index > 4)
    or (lace_band = 'Moderate' and lace_index not between 5 and 9)
    or (lace_band = 'High' and lace_index < 10)
