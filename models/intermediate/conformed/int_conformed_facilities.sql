-- Hospital sites of the chosen source system.
with staged_facilities as (
    select
        facility_id,
        facility_name,
        city,
        state
    from {{ staged('facilities') }}
),

final as (
    select
        facility_id,
        facility_name,
        city,
        state
    from staged_facilities
)

select * from final
