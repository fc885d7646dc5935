-- What patients say of each department: mean score, top-box % and number of answers for every
-- question and composite, and the response rate.
--
-- Rules: only surveys of the eligible population count; a composite (reference seed
-- survey_composites) is the mean of its questions' top-box percentages, so that a question that was
-- left out is left out by itself; the response rate is returned / sent. Under
-- fewest_returned_surveys (a variable, 25) answers, or hidden, a value is marked as few: show it
-- grayed, with its n. The rows All departments (is_total) are the hospital. A measure of a department
-- is not shown where its answers are a small cell (of the response rate: surveys sent, returned or
-- not returned), nor what it could be worked out from: with the hospital's (see hide_small_cells), or
-- with a composite's.
with surveys as (
    select
        encounter_key,
        department_key,
        is_survey_eligible,
        is_returned
    from {{ ref('fct_satisfaction') }}
    where is_survey_eligible = 1
),

answers as (
    select
        encounter_id,
        survey_item,
        score,
        is_top_box
    from {{ ref('int_survey_answers') }}
),

encounter_keys as (
    select
        encounter_id,
        department_key
    from {{ ref('fct_encounters') }}
),

departments as (
    select
        department_key,
        department_name
    from {{ ref('dim_department') }}
),

composites as (
    select
        survey_composite,
        survey_item
    from {{ ref('survey_composites') }}
),

scoped_answers as (
    select
        encounter_keys.department_key,
        answers.survey_item,
        answers.score,
        answers.is_top_box
    from answers
    inner join encounter_keys
        on answers.encounter_id = encounter_keys.encounter_id

    union all

    select
        cast(null as bigint) as department_key,
        survey_item,
        score,
        is_top_box
    from answers
),

scoped_surveys as (
    select
        department_key,
        is_returned
    from surveys

    union all

    select
        cast(null as bigint) as department_key,
        is_returned
    from surveys
),

items as (
    select
        department_key,
        survey_item as measure,
        cast('Question' as varchar(20)) as measure_type,
        count(*) as answers,
        count(*) as returned,
        avg(cast(score as decimal(9, 4))) as mean_score,
        avg(cast(is_top_box as decimal(9, 4))) as top_box_share
    from scoped_answers
    group by
        department_key,
        survey_item
),

response_rates as (
    select
        department_key,
        cast('Response rate' as varchar(50)) as measure,
        cast('Response' as varchar(20)) as measure_type,
        count(*) as answers,
        sum(is_returned) as returned,
        cast(null as decimal(9, 4)) as mean_score,
        avg(cast(is_returned as decimal(9, 4))) as top_box_share
    from scoped_surveys
    group by department_key
),

measures as (
    select * from items
    union all
    select * from response_rates
),

scoped_measures as (
    select
        *,
        case when department_key is null then 1 else 0 end as is_total
    from measures
),

{{ hide_small_cells(
    'scoped_measures',
    'marked',
    {'measure': ['answers', 'returned', '(answers - returned)']},
    key='department_key',
    partition_by='measure, is_total',
) }},

-- A composite would tell of a question that is hidden.
composite_shares as (
    select
        marked.department_key,
        marked.is_total,
        composites.survey_composite as measure,
        cast('Composite' as varchar(20)) as measure_type,
        -- the question that was answered least often limits the composite
        min(marked.answers) as answers,
        cast(null as decimal(9, 4)) as mean_score,
        avg(marked.top_box_share) as top_box_share,
        max(marked.is_hidden_measure) as is_hidden_measure
    from marked
    inner join composites
        on marked.measure = composites.survey_item
    group by
        marked.department_key,
        marked.is_total,
        composites.survey_composite
),

reported as (
    select
        department_key,
        is_total,
        measure,
        measure_type,
        answers,
        mean_score,
        top_box_share,
        is_hidden_measure
    from marked

    union all

    select
        department_key,
        is_total,
        measure,
        measure_type,
        answers,
        mean_score,
        top_box_share,
        is_hidden_measure
    from composite_shares
),

final as (
    select
        reported.department_key,
        cast(coalesce(departments.department_name, 'All departments') as varchar(200))
            as department_name,
        cast(reported.is_total as int) as is_total,
        cast(reported.measure as varchar(50)) as measure,
        reported.measure_type,
        {%- set measure = ['reported.is_hidden_measure'] %}
        cast({{ unless_hidden('reported.answers', measure) }} as int) as answers,
        cast({{ unless_hidden('reported.mean_score', measure) }} as decimal(9, 4)) as mean_score,
        cast({{ unless_hidden('reported.top_box_share', measure) }} as decimal(9, 6))
            as top_box_share,
        cast(
            case
                when
                    reported.answers < {{ var('fewest_returned_surveys') }}
                    or reported.is_hidden_measure = 1
                    then 1
                else 0
            end as int
        ) as is_few
    from reported
    left join departments
        on reported.department_key = departments.department_key
)

select * from final
