-- Departments of the chosen source system.
with staged_departments as (
    select
        department_id,
        department_name,
        service_line,
        facility_id,
        staffed_beds
    from {{ staged('departments') }}
),

final as (
    select
        department_id,
        department_name,
        service_line,
        facility_id,
        staffed_beds
    from staged_departments
)

select * from final
