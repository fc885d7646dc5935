-- Insurance plans as delivered, each row with the rule that it breaks, if any: the rules are in
-- macros/quality_rules.sql.
with staged_payers as (
    select
        payer_id,
        payer_name,
        payer_category,
        unreadable_column,
        unreadable_value
    from {{ staged('payers') }}
),

payer_categories as (
    select payer_category
    from {{ ref('payer_categories') }}
),

in_context as (
    select
        staged_payers.*,
        payer_categories.payer_category as known_payer_category
    from staged_payers
    left join payer_categories
        on lower(staged_payers.payer_category) = lower(payer_categories.payer_category)
),

{{ judge('payers') }},

final as (
    select
        payer_id,
        payer_name,
        payer_category,
        unreadable_value,
        cast(rejecting_rule as int) as rejected_by_rule,
        cast(flagging_rule as int) as flagged_by_rule
    from judged
)

select * from final
