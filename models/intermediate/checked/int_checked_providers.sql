-- Attending providers as delivered, each row with the rule that it breaks, if any
-- (contract/tables/providers.yml lists the rules in the order in which they count).
with providers as (
    select *
    from {{ staged('providers') }}
),

departments as (
    select department_id
    from {{ ref('int_checked_departments') }}
    where rejected_by_rule is null
),

tested as (
    select
        providers.*,
        case
            when
                providers.department_id is not null and departments.department_id is null
                then 1
            else 0
        end as department_id__orphan
    from providers
    left join departments
        on {{ is_same_key('providers.department_id', 'departments.department_id') }}
),

judged as (
    select
        *,
        {{ first_broken_rule('providers', ['stop', 'quarantine']) }} as broken_rule,
        {{ first_broken_rule('providers', ['flag']) }} as flagged_by_rule
    from tested
),

counted as (
    select
        *,
        {{ copy_number('providers') }} as copy_number
    from judged
),

verdicts as (
    select
        *,
        cast(
            case
                when broken_rule is null and copy_number > 1 then 'provider_id duplicate key'
                else broken_rule
            end as varchar(100)
        ) as rejected_by_rule
    from counted
),

final as (
    select
        {{ checked_columns('providers') }},
        rejected_by_rule,
        flagged_by_rule,
        {{ offending_value('providers') }} as offending_value
    from verdicts
)

select * from final
