-- The insurance plan, with its category.
with payers as (
    select
        payer_id,
        payer_name,
        payer_category,
        is_insured
    from {{ ref('int_payers') }}
),

final as (
    select
        {{ integer_key(['payer_id']) }} as payer_key,
        payer_id,
        cast(coalesce(payer_name, 'Unknown') as varchar(200)) as payer_name,
        payer_category,
        is_insured
    from payers

    union all

    select
        cast(-1 as bigint) as payer_key,
        cast(null as varchar(50)) as payer_id,
        cast('Unknown' as varchar(200)) as payer_name,
        cast('Unknown' as varchar(50)) as payer_category,
        cast(null as int) as is_insured
)

select * from final
