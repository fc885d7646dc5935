-- Departments of the chosen source system.
--
-- Rule: a department that names no site belongs to the only site, where there is only one.
with staged_departments as (
    select
        department_id,
        department_name,
        service_line,
        facility_id,
        staffed_beds
    from {{ staged('departments') }}
),

only_facility as (
    select max(facility_id) as facility_id
    from {{ ref('int_conformed_facilities') }}
    having count(*) = 1
),

final as (
    select
        staged_departments.department_id,
        staged_departments.department_name,
        staged_departments.service_line,
        coalesce(staged_departments.facility_id, only_facility.facility_id) as facility_id,
        staged_departments.staffed_beds
    from staged_departments
    left join only_facility
        on staged_departments.facility_id is null
)

select * from final
