-- The insurance plans.
--
-- Rules: a category counts whatever its case; one that the contract does not know becomes Unknown
-- and counts neither as insured nor as uninsured; a plan that an accepted encounter or claim names
-- but the source does not list is there with its key alone.
with accepted_payers as (
    select
        payer_id,
        payer_name,
        payer_category
    from {{ ref('int_checked_payers') }}
    where rejected_by_rule is null
),

named_in_lines as (
    select payer_id
    from {{ ref('int_checked_encounters') }}
    where rejected_by_rule is null

    union all

    select payer_id
    from {{ ref('int_checked_claims') }}
    where rejected_by_rule is null
),

named_payers as (
    select max(payer_id) as payer_id
    from named_in_lines
    where payer_id is not null
    group by {{ exactly('payer_id') }}
),

payer_categories as (
    select
        payer_category,
        is_insured
    from {{ ref('payer_categories') }}
),

final as (
    select
        accepted_payers.payer_id,
        accepted_payers.payer_name,
        cast(coalesce(payer_categories.payer_category, 'Unknown') as varchar(50)) as payer_category,
        cast(payer_categories.is_insured as int) as is_insured
    from accepted_payers
    left join payer_categories
        on lower(accepted_payers.payer_category) = lower(payer_categories.payer_category)

    union all

    select
        named_payers.payer_id,
        cast(null as varchar(200)) as payer_name,
        cast('Unknown' as varchar(50)) as payer_category,
        cast(null as int) as is_insured
    from named_payers
    left join accepted_payers
        on {{ is_same_key('named_payers.payer_id', 'accepted_payers.payer_id') }}
    where accepted_payers.payer_id is null
)

select * from final
