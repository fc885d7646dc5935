-- Surveys sent, answered or not: typed, trimmed, nothing else.
with raw_surveys as (
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
    from {{ raw_emr('surveys') }}
),

final as (
    select
        {{ raw_text('survey_id', 50) }} as survey_id,
        {{ raw_text('encounter_id', 50) }} as encounter_id,
        {{ raw_date('sent_on') }} as sent_on,
        {{ raw_date('returned_on') }} as returned_on,
        {{ raw_word('mode', 50) }} as mode,
        {{ raw_integer('overall_rating') }} as overall_rating,
        {{ raw_integer('recommend') }} as recommend,
        {{ raw_integer('nurse_communication') }} as nurse_communication,
        {{ raw_integer('doctor_communication') }} as doctor_communication,
        {{ raw_integer('responsiveness') }} as responsiveness,
        {{ raw_integer('discharge_information') }} as discharge_information,
        {{ raw_integer('care_coordination') }} as care_coordination,
        {{ unreadable('surveys') }}
    from raw_surveys
)

select * from final
