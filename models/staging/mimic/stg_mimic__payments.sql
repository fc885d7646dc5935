-- Payments: MIMIC-IV has none. It has no rows, because invented rows would look like findings.
with final as (
    select
        cast(null as varchar(50)) as payment_id,
        cast(null as varchar(50)) as claim_id,
        cast(null as date) as posted_on,
        cast(null as varchar(20)) as paid_by,
        cast(null as decimal(18, 2)) as amount,
        {{ unreadable() }}
    where 1 = 0
)

select * from final
