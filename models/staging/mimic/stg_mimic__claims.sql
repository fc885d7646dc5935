-- Claims: MIMIC-IV has none. It has no rows, because invented rows would look like findings.
with final as (
    select
        cast(null as varchar(50)) as claim_id,
        cast(null as varchar(50)) as encounter_id,
        cast(null as varchar(50)) as payer_id,
        cast(null as date) as submitted_on,
        cast(null as date) as adjudicated_on,
        cast(null as varchar(20)) as claim_status,
        cast(null as decimal(18, 2)) as billed_amount,
        cast(null as decimal(18, 2)) as contractual_adjustment,
        cast(null as decimal(18, 2)) as allowed_amount,
        cast(null as decimal(18, 2)) as denied_amount,
        cast(null as varchar(200)) as denial_reason,
        cast(null as decimal(18, 2)) as patient_responsibility,
        {{ unreadable() }}
    where 1 = 0
)

select * from final
