-- Who may see which department in a report with row-level security: one row per reader and
-- department.
--
-- Rules: a line of the seed report_readers without a department stands for all departments of its
-- facility; a line whose facility or department is not delivered gives nobody access.
with readers as (
    select
        user_name,
        facility_name,
        department_name
    from {{ ref('report_readers') }}
),

departments as (
    select
        department_key,
        department_name,
        facility_name
    from {{ ref('dim_department') }}
),

final as (
    select distinct
        readers.user_name,
        departments.department_key,
        departments.facility_name
    from readers
    inner join departments
        on
            readers.facility_name = departments.facility_name
            and (
                readers.department_name is null
                or readers.department_name = ''
                or readers.department_name = departments.department_name
            )
)

select * from final
