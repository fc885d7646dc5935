-- One row per survey sent, returned or not.
--
-- Rules: top box is 9 or 10 for the overall rating, 4 ("definitely yes") for recommend, 4
-- ("always") for the frequency items, 1 (yes) for discharge information. A top-box flag is null
-- where the item was not answered, so that the mean of the flag is the top-box %. Who is
-- eligible is the rule of int_survey_eligibility. (CMS HCAHPS quality assurance guidelines)
with surveys as (
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

eligibility as (
    select
        encounter_id,
        is_survey_eligible
    from {{ ref('int_survey_eligibility') }}
),

top_boxes as (
    select
        survey_id,
        is_overall_rating_top_box,
        is_recommend_top_box,
        is_nurse_communication_top_box,
        is_doctor_communication_top_box,
        is_responsiveness_top_box,
        is_discharge_information_top_box,
        is_care_coordination_top_box
    from {{ ref('int_survey_top_boxes') }}
),

encounter_keys as (
    select
        encounter_id,
        encounter_key,
        patient_key,
        age_group_key,
        department_key,
        payer_key,
        discharge_date_key
    from {{ ref('fct_encounters') }}
),

final as (
    select
        -- keys
        {{ integer_key(['surveys.survey_id']) }} as survey_key,
        encounter_keys.encounter_key,
        encounter_keys.patient_key,
        encounter_keys.age_group_key,
        encounter_keys.department_key,
        encounter_keys.payer_key,
        encounter_keys.discharge_date_key,
        {{ date_key('surveys.sent_on') }} as sent_date_key,
        {{ date_key('surveys.returned_on') }} as returned_date_key,

        -- attributes
        surveys.mode as survey_mode,

        -- flags
        eligibility.is_survey_eligible,
        cast(case when surveys.returned_on is null then 0 else 1 end as int) as is_returned,

        -- scores
        surveys.overall_rating,
        surveys.recommend,
        surveys.nurse_communication,
        surveys.doctor_communication,
        surveys.responsiveness,
        surveys.discharge_information,
        surveys.care_coordination,

        -- top boxes
        top_boxes.is_overall_rating_top_box,
        top_boxes.is_recommend_top_box,
        top_boxes.is_nurse_communication_top_box,
        top_boxes.is_doctor_communication_top_box,
        top_boxes.is_responsiveness_top_box,
        top_boxes.is_discharge_information_top_box,
        top_boxes.is_care_coordination_top_box,

        -- measures
        cast({{ days_between('surveys.sent_on', 'surveys.returned_on') }} as int) as days_to_return
    from surveys
    inner join encounter_keys
        on surveys.encounter_id = encounter_keys.encounter_id
    inner join top_boxes
        on surveys.survey_id = top_boxes.survey_id
    left join eligibility
        on surveys.encounter_id = eligibility.encounter_id
)

select * from final
