-- Hospital sites as delivered, each row with the rule that it breaks, if any: the rules are in
-- macros/quality_rules.sql.
with staged_facilities as (
    select
        facility_id,
        facility_name,
        city,
        state,
        zip_code,
        unreadable_column,
        unreadable_value
    from {{ staged('facilities') }}
),

in_context as (
    select
        staged_facilities.facility_id,
        staged_facilities.facility_name,
        staged_facilities.city,
        staged_facilities.state,
        staged_facilities.zip_code,
        staged_facilities.unreadable_column,
        staged_facilities.unreadable_value
    from staged_facilities
),

{{ judge('facilities') }},

final as (
    select
        facility_id,
        facility_name,
        city,
        state,
        zip_code,
        unreadable_value,
        cast(refusing_rule as int) as refused_by_rule,
        cast(flagging_rule as int) as flagged_by_rule
    from judged
)

select * from final
