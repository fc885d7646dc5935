-- Stitched stays of a patient follow each other: the next one begins after the last one ended.
with stays as (
    select
        patient_id,
        stay_id,
        admitted_at,
        lag(discharged_at) over (
            partition by patient_id order by stay_number
        ) as previous_discharged_at
    from {{ ref('int_acute_stays') }}
)

select
    patient_id,
    stay_id,
    admitted_at,
    previous_discharged_at
from stays
where admitted_at < previous_discharged_at
