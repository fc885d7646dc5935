-- Departments as delivered, each row with the rule that it breaks, if any
-- (contract/tables/departments.yml lists the rules in the order in which they count).
with departments as (
    select *
    from {{ staged('departments') }}
),

facilities as (
    select facility_id
    from {{ ref('int_checked_facilities') }}
    where rejected_by_rule is null
),

tested as (
    select
        departments.*,
        case
            when departments.facility_id is not null and facilities.facility_id is null then 1
            else 0
        end as facility_id__orphan,
        case when departments.staffed_beds < 0 then 1 else 0 end as staffed_beds__impossible_number
    from departments
    left join facilities
        on {{ is_same_key('departments.facility_id', 'facilities.facility_id') }}
),

judged as (
    select
        *,
        {{ first_broken_rule('departments', ['stop', 'quarantine']) }} as broken_rule,
        {{ first_broken_rule('departments', ['flag']) }} as flagged_by_rule
    from tested
),

counted as (
    select
        *,
        {{ copy_number('departments') }} as copy_number
    from judged
),

verdicts as (
    select
        *,
        cast(
            case
                when broken_rule is null and copy_number > 1 then 'department_id duplicate key'
                else broken_rule
            end as varchar(100)
        ) as rejected_by_rule
    from counted
),

final as (
    select
        {{ checked_columns('departments') }},
        rejected_by_rule,
        flagged_by_rule,
        {{ offending_value('departments') }} as offending_value
    from verdicts
)

select * from final
