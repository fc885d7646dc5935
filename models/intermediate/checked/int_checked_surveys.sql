-- Surveys sent, answered or not as delivered, each row with the rule that it breaks, if any
-- (contract/tables/surveys.yml lists the rules in the order in which they count).
with surveys as (
    select *
    from {{ staged('surveys') }}
),

encounters as (
    select
        encounter_id,
        arrived_at
    from {{ ref('int_checked_encounters') }}
    where rejected_by_rule is null
),

extract_end as (
    select extract_end_date
    from {{ ref('int_extract_end') }}
),

tested as (
    select
        surveys.*,
        extract_end.extract_end_date,
        case when encounters.encounter_id is null then 1 else 0 end as encounter_id__orphan,
        case when surveys.sent_on is null then 1 else 0 end as sent_on__missing_value,
        case
            when surveys.sent_on < cast(encounters.arrived_at as date) then 1
            else 0
        end as sent_on__dates_out_of_order,
        case
            when surveys.returned_on < surveys.sent_on then 1
            else 0
        end as returned_on__dates_out_of_order,
        case
            when surveys.overall_rating not between 0 and 10 then 1
            else 0
        end as overall_rating__rating_out_of_range,
        case
            when surveys.recommend not between 1 and 4 then 1
            else 0
        end as recommend__rating_out_of_range,
        case
            when surveys.nurse_communication not between 1 and 4 then 1
            else 0
        end as nurse_communication__rating_out_of_range,
        case
            when surveys.doctor_communication not between 1 and 4 then 1
            else 0
        end as doctor_communication__rating_out_of_range,
        case
            when surveys.responsiveness not between 1 and 4 then 1
            else 0
        end as responsiveness__rating_out_of_range,
        case
            when surveys.discharge_information not between 0 and 1 then 1
            else 0
        end as discharge_information__rating_out_of_range,
        case
            when surveys.care_coordination not between 1 and 4 then 1
            else 0
        end as care_coordination__rating_out_of_range
    from surveys
    left join encounters
        on {{ is_same_key('surveys.encounter_id', 'encounters.encounter_id') }}
    cross join extract_end
),

judged as (
    select
        *,
        {{ first_broken_rule('surveys', ['stop', 'quarantine']) }} as broken_rule,
        {{ first_broken_rule('surveys', ['flag']) }} as flagged_by_rule
    from tested
),

counted as (
    select
        *,
        {{ copy_number('surveys') }} as copy_number
    from judged
),

verdicts as (
    select
        *,
        cast(
            case
                when broken_rule is null and copy_number > 1 then 'survey_id duplicate key'
                else broken_rule
            end as varchar(100)
        ) as rejected_by_rule
    from counted
),

final as (
    select
        {{ checked_columns('surveys') }},
        rejected_by_rule,
        flagged_by_rule,
        {{ offending_value('surveys') }} as offending_value
    from verdicts
)

select * from final
