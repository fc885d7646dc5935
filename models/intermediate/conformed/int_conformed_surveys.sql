-- Surveys of the chosen source system, answered or not.
with staged_surveys as (
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
    from {{ staged('surveys') }}
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
    from staged_surveys
)

select * from final
