-- Billed = contractual adjustment + allowed + denied, for every adjudicated claim.
select
    claim_id,
    billed_amount,
    contractual_adjustment_amount,
    allowed_amount,
    denied_amount
from {{ ref('fct_revenue') }}
where
    is_adjudicated = 1
    and (
        contractual_adjustment_amount is null
        or allowed_amount is null
        or denied_amount is null
        or billed_amount <> contractual_adjustment_amount + allowed_amount + denied_amount
    )
