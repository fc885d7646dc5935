-- Insurance plans as delivered, each row with the rule that it breaks, if any
-- (contract/tables/payers.yml lists the rules in the order in which they count).
with payers as (
    select *
    from {{ staged('payers') }}
),

payer_categories as (
    select payer_category
    from {{ ref('payer_categories') }}
),

tested as (
    select
        payers.*,
        case
            when
                payers.payer_category is not null and payer_categories.payer_category is null
                then 1
            else 0
        end as payer_category__unknown_code
    from payers
    left join payer_categories
        on lower(payers.payer_category) = lower(payer_categories.payer_category)
),

judged as (
    select
        *,
        {{ first_broken_rule('payers', ['stop', 'quarantine']) }} as broken_rule,
        {{ first_broken_rule('payers', ['flag']) }} as flagged_by_rule
    from tested
),

counted as (
    select
        *,
        {{ copy_number('payers') }} as copy_number
    from judged
),

verdicts as (
    select
        *,
        cast(
            case
                when broken_rule is null and copy_number > 1 then 'payer_id duplicate key'
                else broken_rule
            end as varchar(100)
        ) as rejected_by_rule
    from counted
),

final as (
    select
        {{ checked_columns('payers') }},
        rejected_by_rule,
        flagged_by_rule,
        {{ offending_value('payers') }} as offending_value
    from verdicts
)

select * from final
