-- Allowed = payer share + patient responsibility, and neither is negative.
select
    claim_id,
    allowed_amount,
    payer_share_amount,
    patient_responsibility_amount
from {{ ref('fct_revenue') }}
where
    is_adjudicated = 1
    and (
        payer_share_amount is null
        or allowed_amount <> payer_share_amount + patient_responsibility_amount
        or payer_share_amount < 0
        or patient_responsibility_amount < 0
    )
