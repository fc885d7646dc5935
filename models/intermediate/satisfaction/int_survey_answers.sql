-- Each returned survey of the eligible population, one row per question answered.
--
-- Rules: a survey counts when it was returned and its encounter is eligible
-- (int_survey_eligibility); top box is 9 or 10 of the overall rating, 4 of the questions from 1 to
-- 4, yes of the yes-no question; a question that was not answered has no row, so that each figure
-- has its own n.
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

final as (
    {% for column, item in survey_items().items() %}
        {{ 'union all' if not loop.first }}
        select
            surveys.survey_id,
            surveys.encounter_id,
            cast('{{ item.label }}' as varchar(50)) as survey_item,
            cast(surveys.{{ column }} as int) as score,
            {{ is_top_box('surveys.' ~ column, item.top_box_from) }} as is_top_box
        from surveys
        inner join eligibility
            on surveys.encounter_id = eligibility.encounter_id
        where surveys.{{ column }} is not null
    {% endfor %}
)

select * from final
