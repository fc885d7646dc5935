-- Clinicians of the chosen source system. The name travels on for dim_provider only where the
-- variable show_provider_names allows it.
with staged_providers as (
    select
        provider_id,
        provider_name,
        specialty,
        department_id
    from {{ staged('providers') }}
),

final as (
    select
        provider_id,
        case when {{ var('show_provider_names') | int }} = 1 then provider_name end
            as provider_name,
        specialty,
        department_id
    from staged_providers
)

select * from final
