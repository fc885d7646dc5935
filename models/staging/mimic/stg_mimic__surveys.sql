-- Satisfaction surveys: MIMIC-IV has none. It has no rows, because invented rows would look like
-- findings.
with final as (
    select
        cast(null as varchar(50)) as survey_id,
        cast(null as varchar(50)) as encounter_id,
        cast(null as date) as sent_on,
        cast(null as date) as returned_on,
        cast(null as varchar(50)) as mode,
        cast(null as int) as overall_rating,
        cast(null as int) as recommend,
        cast(null as int) as nurse_communication,
        cast(null as int) as doctor_communication,
        cast(null as int) as responsiveness,
        cast(null as int) as discharge_information,
        cast(null as int) as care_coordination,
        {{ unreadable() }}
    where 1 = 0
)

select * from final
