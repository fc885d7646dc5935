-- Attending providers as delivered: typed, trimmed, nothing else.
with raw_providers as (
    select
        provider_id,
        provider_name,
        specialty,
        department_id
    from {{ raw_emr('providers') }}
),

final as (
    select
        {{ raw_text('provider_id', 50) }} as provider_id,
        {{ raw_text('provider_name', 200) }} as provider_name,
        {{ raw_text('specialty', 100) }} as specialty,
        {{ raw_text('department_id', 50) }} as department_id,
        {{ unreadable('providers') }}
    from raw_providers
)

select * from final
