-- The charges of an encounter are what its claims bill, for every encounter with a claim.
select
    encounter_id,
    total_charge_amount,
    billed_amount
from {{ ref('fct_encounters') }}
where
    billed_amount is not null
    and (
        total_charge_amount is null
        or total_charge_amount <> billed_amount
    )
