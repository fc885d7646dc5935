-- The providers.
--
-- Rules: the name goes on to dim_provider only where the variable show_provider_names is 1; a
-- provider whom an accepted encounter or procedure names but the source does not list is there with
-- the key alone.
with accepted_providers as (
    select
        provider_id,
        provider_name,
        specialty,
        department_id
    from {{ ref('int_checked_providers') }}
    where rejected_by_rule is null
),

named_in_lines as (
    select provider_id
    from {{ ref('int_checked_encounters') }}
    where rejected_by_rule is null

    union all

    select provider_id
    from {{ ref('int_checked_procedures') }}
    where rejected_by_rule is null
),

named_providers as (
    select max(provider_id) as provider_id
    from named_in_lines
    where provider_id is not null
    group by {{ exactly('provider_id') }}
),

final as (
    select
        provider_id,
        case when {{ var('show_provider_names') | int }} = 1 then provider_name end
            as provider_name,
        specialty,
        department_id
    from accepted_providers

    union all

    select
        named_providers.provider_id,
        cast(null as varchar(200)) as provider_name,
        cast(null as varchar(100)) as specialty,
        cast(null as varchar(50)) as department_id
    from named_providers
    left join accepted_providers
        on {{ is_same_key('named_providers.provider_id', 'accepted_providers.provider_id') }}
    where accepted_providers.provider_id is null
)

select * from final
