-- Insurance: MIMIC-IV's few values, one plan each. Its value Other mixes private insurance with
-- everything else, so it has no category and counts neither as insured nor as uninsured.
with mimic_insurances as (
    select
        payer_id,
        payer_name,
        payer_category
    from {{ ref('mimic_insurances') }}
),

final as (
    select
        cast(payer_id as varchar(50)) as payer_id,
        cast(payer_name as varchar(200)) as payer_name,
        cast(payer_category as varchar(50)) as payer_category,
        {{ unreadable() }}
    from mimic_insurances
)

select * from final
