-- Charge lines as delivered: typed, trimmed, nothing else.
with raw_charges as (
    select
        charge_id,
        encounter_id,
        service_date,
        revenue_category,
        procedure_code,
        quantity,
        charge_amount
    from {{ raw_emr('charges') }}
),

final as (
    select
        {{ raw_text('charge_id', 50) }} as charge_id,
        {{ raw_text('encounter_id', 50) }} as encounter_id,
        {{ raw_date('service_date') }} as service_date,
        {{ raw_text('revenue_category', 100) }} as revenue_category,
        {{ raw_code('procedure_code', 20) }} as procedure_code,
        {{ raw_decimal('quantity') }} as quantity,
        {{ raw_decimal('charge_amount') }} as charge_amount,
        {{ unreadable('charges') }}
    from raw_charges
)

select * from final
