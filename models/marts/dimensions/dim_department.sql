-- The department, with its site.
with departments as (
    select
        department_id,
        department_name,
        service_line,
        facility_id,
        staffed_beds
    from {{ ref('int_departments') }}
),

facilities as (
    select
        facility_id,
        facility_name
    from {{ ref('int_checked_facilities') }}
    where rejected_by_rule is null
),

final as (
    select
        {{ integer_key(['departments.department_id']) }} as department_key,
        departments.department_id,
        cast(coalesce(departments.department_name, 'Unknown') as varchar(200)) as department_name,
        cast(coalesce(departments.service_line, 'Unknown') as varchar(100)) as service_line,
        cast(coalesce(facilities.facility_name, 'Unknown') as varchar(200)) as facility_name,
        departments.staffed_beds
    from departments
    left join facilities
        on departments.facility_id = facilities.facility_id

    union all

    select
        cast(-1 as bigint) as department_key,
        cast(null as varchar(50)) as department_id,
        cast('Unknown' as varchar(200)) as department_name,
        cast('Unknown' as varchar(100)) as service_line,
        cast('Unknown' as varchar(200)) as facility_name,
        cast(null as int) as staffed_beds
)

select * from final
