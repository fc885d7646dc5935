-- Departments as delivered: typed, trimmed, nothing else.
with raw_departments as (
    select
        department_id,
        department_name,
        service_line,
        facility_id,
        staffed_beds
    from {{ raw_emr('departments') }}
),

final as (
    select
        {{ raw_text('department_id', 50) }} as department_id,
        {{ raw_text('department_name', 200) }} as department_name,
        {{ raw_text('service_line', 100) }} as service_line,
        {{ raw_text('facility_id', 50) }} as facility_id,
        {{ raw_integer('staffed_beds') }} as staffed_beds,
        {{ unreadable('departments') }}
    from raw_departments
)

select * from final
