-- Charge lines of the chosen source system.
with staged_charges as (
    select
        charge_id,
        encounter_id,
        service_date,
        revenue_category,
        procedure_code,
        quantity,
        charge_amount
    from {{ staged('charges') }}
),

final as (
    select
        charge_id,
        encounter_id,
        service_date,
        revenue_category,
        procedure_code,
        quantity,
        charge_amount
    from staged_charges
)

select * from final
