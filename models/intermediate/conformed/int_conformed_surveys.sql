-- Surveys of the chosen source system, answered or not.
with accepted_surveys as (
    select
        survey_id,
        encounter_id,
        sent_on,
        returned_on,
        mode,
        overall_rating,
        recommend,
        nurse_communication,
        doctor_communication,
        responsiveness,
        discharge_information,
        care_coordination
    from {{ ref('int_checked_surveys') }}
    where rejected_by_rule is null
),

final as (
    select
        survey_id,
        encounter_id,
        sent_on,
        returned_on,
        mode,
        overall_rating,
        recommend,
        nurse_communication,
        doctor_communication,
        responsiveness,
        discharge_information,
        care_coordination
    from accepted_surveys
)

select * from final
