-- Admitting providers: MIMIC-IV gives a pseudonymous key and nothing else.
with raw_admissions as (
    select admit_provider_id
    from {{ source('mimic', 'admissions') }}
),

cleaned as (
    select {{ raw_text('admit_provider_id', 50) }} as provider_id
    from raw_admissions
),

final as (
    select
        provider_id,
        cast(null as varchar(200)) as provider_name,
        cast(null as varchar(100)) as specialty,
        cast(null as varchar(50)) as department_id,
        {{ unreadable() }}
    from cleaned
    where provider_id is not null
    group by provider_id
)

select * from final
