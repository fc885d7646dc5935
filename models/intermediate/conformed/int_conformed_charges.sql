-- Charge lines of the chosen source system.
with accepted_charges as (
    select
        charge_id,
        encounter_id,
        service_date,
        revenue_category,
        procedure_code,
        quantity,
        charge_amount
    from {{ ref('int_checked_charges') }}
    where rejected_by_rule is null
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
    from accepted_charges
)

select * from final
