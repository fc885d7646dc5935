-- The charges of an encounter are what its claims bill, for every encounter with a claim. In a
-- hospital's own data a warning: charges may be unbilled, and lines may be in quarantine.
{{ config(severity='error' if var('emr_source', 'demo') == 'demo' else 'warn') }}

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
