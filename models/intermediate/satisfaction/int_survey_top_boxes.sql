-- Which questions of each survey the patient answered in the top box.
--
-- Rule (CMS HCAHPS quality assurance guidelines): the top box is 9 or 10 of the overall rating, 4
-- of the questions from 1 to 4, yes of the yes-no question; null where the question was not
-- answered.
with surveys as (
    select
        survey_id,
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
        cast(
            case
                when overall_rating >= 9 then 1
                when overall_rating is not null then 0
            end as int
        ) as is_overall_rating_top_box,
        cast(
            case
                when recommend >= 4 then 1
                when recommend is not null then 0
            end as int
        ) as is_recommend_top_box,
        cast(
            case
                when nurse_communication >= 4 then 1
                when nurse_communication is not null then 0
            end as int
        ) as is_nurse_communication_top_box,
        cast(
            case
                when doctor_communication >= 4 then 1
                when doctor_communication is not null then 0
            end as int
        ) as is_doctor_communication_top_box,
        cast(
            case
                when responsiveness >= 4 then 1
                when responsiveness is not null then 0
            end as int
        ) as is_responsiveness_top_box,
        cast(
            case
                when discharge_information >= 1 then 1
                when discharge_information is not null then 0
            end as int
        ) as is_discharge_information_top_box,
        cast(
            case
                when care_coordination >= 4 then 1
                when care_coordination is not null then 0
            end as int
        ) as is_care_coordination_top_box
    from surveys
)

select * from final
