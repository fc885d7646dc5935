-- Each returned survey of the eligible population, one row per question answered.
--
-- Rules: a survey counts when it was returned and its encounter is eligible
-- (int_survey_eligibility); a question that was not answered has no row, so that each figure has
-- its own n. Top boxes are those of int_survey_top_boxes.
with surveys as (
    select
        survey_id,
        encounter_id,
        overall_rating,
        recommend,
        nurse_communication,
        doctor_communication,
        responsiveness,
        discharge_information,
        care_coordination
    from {{ ref('int_checked_surveys') }}
    where
        rejected_by_rule is null
        and returned_on is not null
),

eligibility as (
    select
        encounter_id,
        is_survey_eligible
    from {{ ref('int_survey_eligibility') }}
    where is_survey_eligible = 1
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

final as (
    {% for column, survey_item in [
        ('overall_rating', 'Overall rating'),
        ('recommend', 'Recommend'),
        ('nurse_communication', 'Nurse communication'),
        ('doctor_communication', 'Doctor communication'),
        ('responsiveness', 'Responsiveness'),
        ('discharge_information', 'Discharge information'),
        ('care_coordination', 'Care coordination'),
    ] %}
        {{ 'union all' if not loop.first }}
        select
            surveys.survey_id,
            surveys.encounter_id,
            cast('{{ survey_item }}' as varchar(50)) as survey_item,
            cast(surveys.{{ column }} as int) as score,
            top_boxes.is_{{ column }}_top_box as is_top_box
        from surveys
        inner join eligibility
            on surveys.encounter_id = eligibility.encounter_id
        inner join top_boxes
            on surveys.survey_id = top_boxes.survey_id
        where surveys.{{ column }} is not null
    {% endfor %}
)

select * from final
