-- Departments: MIMIC-IV's clinical services in plain words. It does not tell how many beds
-- they have.
with mimic_departments as (
    select
        department_id,
        department_name,
        service_line
    from {{ ref('mimic_departments') }}
),

final as (
    select
        cast(department_id as varchar(50)) as department_id,
        cast(department_name as varchar(200)) as department_name,
        cast(service_line as varchar(100)) as service_line,
        cast('BIDMC' as varchar(50)) as facility_id,
        cast(null as int) as staffed_beds,
        {{ unreadable() }}
    from mimic_departments
)

select * from final
