-- Hospital sites as delivered: typed, trimmed, nothing else.
with raw_facilities as (
    select
        facility_id,
        facility_name,
        city,
        state,
        zip_code
    from {{ raw_emr('facilities') }}
),

final as (
    select
        {{ raw_text('facility_id', 50) }} as facility_id,
        {{ raw_text('facility_name', 200) }} as facility_name,
        {{ raw_text('city', 100) }} as city,
        {{ raw_code('state', 50) }} as state,
        {{ raw_text('zip_code', 20) }} as zip_code,
        {{ unreadable('facilities') }}
    from raw_facilities
)

select * from final
