-- Hospital sites of the chosen source system.
with accepted_facilities as (
    select
        facility_id,
        facility_name,
        city,
        state
    from {{ ref('int_checked_facilities') }}
    where rejected_by_rule is null
),

final as (
    select
        facility_id,
        facility_name,
        city,
        state
    from accepted_facilities
)

select * from final
