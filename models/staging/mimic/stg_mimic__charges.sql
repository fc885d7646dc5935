-- Charges: MIMIC-IV has none. It has no rows, because invented rows would look like findings.
with final as (
    select
        cast(null as varchar(50)) as charge_id,
        cast(null as varchar(50)) as encounter_id,
        cast(null as date) as service_date,
        cast(null as varchar(100)) as revenue_category,
        cast(null as varchar(20)) as procedure_code,
        cast(null as decimal(18, 2)) as quantity,
        cast(null as decimal(18, 2)) as charge_amount,
        {{ unreadable() }}
    where 1 = 0
)

select * from final
