-- Insurance plans of the chosen source system. A category counts whatever its case; one that the
-- contract does not know becomes Unknown: it counts neither as insured nor as uninsured.
with staged_payers as (
    select
        payer_id,
        payer_name,
        payer_category
    from {{ staged('payers') }}
),

payer_categories as (
    select
        payer_category,
        is_insured
    from {{ ref('payer_categories') }}
),

final as (
    select
        staged_payers.payer_id,
        staged_payers.payer_name,
        cast(coalesce(payer_categories.payer_category, 'Unknown') as varchar(50)) as payer_category,
        cast(payer_categories.is_insured as int) as is_insured
    from staged_payers
    left join payer_categories
        on lower(staged_payers.payer_category) = lower(payer_categories.payer_category)
)

select * from final
