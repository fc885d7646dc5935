-- The departments.
--
-- Rules: a department that names no site belongs to the only site, where there is only one; one
-- that an accepted encounter names but the source does not list is there with its key alone.
with accepted_departments as (
    select
        department_id,
        department_name,
        service_line,
        facility_id,
        staffed_beds
    from {{ ref('int_checked_departments') }}
    where rejected_by_rule is null
),

named_departments as (
    select max(department_id) as department_id
    from {{ ref('int_checked_encounters') }}
    where
        rejected_by_rule is null
        and department_id is not null
    group by {{ exactly('department_id') }}
),

only_facility as (
    select max(facility_id) as facility_id
    from {{ ref('int_checked_facilities') }}
    where rejected_by_rule is null
    having count(*) = 1
),

all_departments as (
    select
        department_id,
        department_name,
        service_line,
        facility_id,
        staffed_beds
    from accepted_departments

    union all

    select
        named_departments.department_id,
        cast(null as varchar(200)) as department_name,
        cast(null as varchar(100)) as service_line,
        cast(null as varchar(50)) as facility_id,
        cast(null as int) as staffed_beds
    from named_departments
    left join accepted_departments
        on {{ is_same_key(
            'named_departments.department_id', 'accepted_departments.department_id'
        ) }}
    where accepted_departments.department_id is null
),

final as (
    select
        all_departments.department_id,
        all_departments.department_name,
        all_departments.service_line,
        coalesce(all_departments.facility_id, only_facility.facility_id) as facility_id,
        all_departments.staffed_beds
    from all_departments
    left join only_facility
        on all_departments.facility_id is null
)

select * from final
