-- Departments as delivered, each row with the rule that it breaks, if any: the rules are in
-- macros/quality_rules.sql.
with staged_departments as (
    select
        department_id,
        department_name,
        service_line,
        facility_id,
        staffed_beds,
        unreadable_column,
        unreadable_value
    from {{ staged('departments') }}
),

facilities as (
    select facility_id
    from {{ ref('int_checked_facilities') }}
    where rejected_by_rule is null
),

in_context as (
    select
        staged_departments.*,
        facilities.facility_id as known_facility_id
    from staged_departments
    left join facilities
        on {{ is_same_key('staged_departments.facility_id', 'facilities.facility_id') }}
),

{{ judge('departments') }},

final as (
    select
        department_id,
        department_name,
        service_line,
        facility_id,
        staffed_beds,
        unreadable_value,
        cast(rejecting_rule as int) as rejected_by_rule,
        cast(flagging_rule as int) as flagged_by_rule
    from judged
)

select * from final
