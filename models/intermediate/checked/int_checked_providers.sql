-- Providers as delivered, each row with the rule that it breaks, if any: the rules are in
-- macros/quality_rules.sql.
with staged_providers as (
    select
        provider_id,
        provider_name,
        specialty,
        department_id,
        unreadable_column,
        unreadable_value
    from {{ staged('providers') }}
),

departments as (
    select department_id
    from {{ ref('int_checked_departments') }}
    where rejected_by_rule is null
),

in_context as (
    select
        staged_providers.*,
        departments.department_id as known_department_id
    from staged_providers
    left join departments
        on {{ is_same_key('staged_providers.department_id', 'departments.department_id') }}
),

{{ judge('providers') }},

final as (
    select
        provider_id,
        provider_name,
        specialty,
        department_id,
        unreadable_value,
        cast(rejecting_rule as int) as rejected_by_rule,
        cast(flagging_rule as int) as flagged_by_rule
    from judged
)

select * from final
