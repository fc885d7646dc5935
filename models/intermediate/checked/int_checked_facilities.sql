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
    select *
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
        cast(rejecting_rule as int) as rejected_by_rule,
        cast(flagging_rule as int) as flagged_by_rule
    from judged
)

select * from final
