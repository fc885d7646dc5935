-- Insurance plans as delivered: typed, trimmed, nothing else.
with raw_payers as (
    select
        payer_id,
        payer_name,
        payer_category
    from {{ raw_emr('payers') }}
),

final as (
    select
        {{ raw_text('payer_id', 50) }} as payer_id,
        {{ raw_text('payer_name', 200) }} as payer_name,
        {{ raw_text('payer_category', 50) }} as payer_category,
        {{ unreadable('payers') }}
    from raw_payers
)

select * from final
