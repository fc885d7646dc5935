-- Nobody is admitted or discharged before arriving.
select
    encounter_id,
    arrived_at,
    admitted_at,
    discharged_at
from {{ ref('fct_encounters') }}
where
    admitted_at < arrived_at
    or discharged_at < admitted_at
    or discharged_at < arrived_at
