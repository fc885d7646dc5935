-- Figures of each department and complete month that control charts watch.
--
-- Rules: the readmission rate is that of index stays for 30 days by month of discharge; the rating
-- is the mean of the eligible population's by month of discharge; length of stay by month of
-- discharge; revenue is net revenue per adjudicated encounter and volume encounters per day, by
-- month of arrival. A month counts when the data cover all its days; a rate or mean on fewer than
-- smallest_cell stays or encounters is left out (ratings are marked by their number of answers
-- instead).
with encounters as (
    select
        encounter_id,
        department_key,
        arrival_date_key,
        discharge_date_key,
        encounter_class,
        length_of_stay_days,
        net_revenue_amount
    from {{ ref('fct_encounters') }}
),

stays as (
    select
        department_key,
        discharge_date_key,
        is_readmitted_30_days
    from {{ ref('fct_readmissions') }}
    where is_readmitted_30_days is not null
),

answers as (
    select
        encounter_id,
        score
    from {{ ref('int_survey_answers') }}
    where survey_item = 'Overall rating'
),

department_months as (
    select
        department_key,
        month_start_date_key,
        encounters,
        days_covered
    from {{ ref('rpt_department_months') }}
    where is_complete_month = 1
),

-- The first day of an event's month as a key: the last two digits of the date key are the day.
measured as (
    select
        cast('30-day readmission rate' as varchar(50)) as metric,
        department_key,
        discharge_date_key - discharge_date_key % 100 + 1 as month_start_date_key,
        cast(sum(is_readmitted_30_days) as decimal(18, 4)) as numerator,
        cast(count(*) as decimal(18, 4)) as denominator
    from stays
    group by
        department_key,
        discharge_date_key - discharge_date_key % 100 + 1
    having count(*) >= {{ var('smallest_cell') }}

    union all

    select
        cast('Overall rating' as varchar(50)) as metric,
        encounters.department_key,
        encounters.discharge_date_key - encounters.discharge_date_key % 100 + 1
            as month_start_date_key,
        cast(sum(answers.score) as decimal(18, 4)) as numerator,
        cast(count(*) as decimal(18, 4)) as denominator
    from answers
    inner join encounters
        on answers.encounter_id = encounters.encounter_id
    group by
        encounters.department_key,
        encounters.discharge_date_key - encounters.discharge_date_key % 100 + 1

    union all

    select
        cast('Length of stay, days' as varchar(50)) as metric,
        department_key,
        discharge_date_key - discharge_date_key % 100 + 1 as month_start_date_key,
        cast(sum(length_of_stay_days) as decimal(18, 4)) as numerator,
        cast(count(*) as decimal(18, 4)) as denominator
    from encounters
    where
        encounter_class = 'inpatient'
        and length_of_stay_days is not null
    group by
        department_key,
        discharge_date_key - discharge_date_key % 100 + 1
    having count(*) >= {{ var('smallest_cell') }}

    union all

    select
        cast('Net revenue per encounter' as varchar(50)) as metric,
        department_key,
        arrival_date_key - arrival_date_key % 100 + 1 as month_start_date_key,
        cast(sum(net_revenue_amount) as decimal(18, 4)) as numerator,
        cast(count(*) as decimal(18, 4)) as denominator
    from encounters
    where net_revenue_amount is not null
    group by
        department_key,
        arrival_date_key - arrival_date_key % 100 + 1
    having count(*) >= {{ var('smallest_cell') }}

    union all

    select
        cast('Encounters per day' as varchar(50)) as metric,
        department_key,
        month_start_date_key,
        cast(encounters as decimal(18, 4)) as numerator,
        cast(days_covered as decimal(18, 4)) as denominator
    from department_months
),

final as (
    select
        measured.metric,
        measured.department_key,
        measured.month_start_date_key,
        measured.numerator,
        measured.denominator,
        cast({{ ratio('measured.numerator', 'measured.denominator') }} as decimal(18, 6)) as value,
        cast(
            case when measured.metric = '30-day readmission rate' then 'p' else 'XmR' end
            as varchar(3)
        ) as chart_type
    from measured
    inner join department_months
        on
            measured.department_key = department_months.department_key
            and measured.month_start_date_key = department_months.month_start_date_key
)

select * from final
