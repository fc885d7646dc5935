-- Figures of each department and complete month that control charts watch.
--
-- Rules: the readmission rate is that of index admissions for 30 days by month of discharge; the
-- rating is the mean of the eligible population's by month of discharge; length of stay by month of
-- discharge; revenue is net revenue per adjudicated encounter and volume encounters per day, by
-- month of arrival. A month counts when the data cover all its days; a rate or mean on fewer than
-- smallest_cell stays or encounters is left out (ratings show their number of answers instead).
with encounters as (
    select
        encounter_id,
        department_id,
        encounter_class,
        arrived_at,
        discharged_at
    from {{ ref('int_encounters') }}
),

timings as (
    select
        encounter_id,
        length_of_stay_days
    from {{ ref('int_encounter_timings') }}
),

encounter_money as (
    select
        encounter_id,
        net_revenue_amount
    from {{ ref('int_encounter_revenue') }}
),

stays as (
    select
        stay_id,
        department_id,
        discharged_at
    from {{ ref('int_acute_stays') }}
),

readmissions as (
    select
        stay_id,
        is_readmitted_30_days
    from {{ ref('int_readmissions') }}
    where is_readmitted_30_days is not null
),

answers as (
    select
        encounter_id,
        score
    from {{ ref('int_survey_answers') }}
    where survey_item = 'Overall rating'
),

census as (
    select
        department_id,
        calendar_date,
        arrivals
    from {{ ref('int_midnight_census') }}
),

-- A complete month has a day in the census for each of its days.
months as (
    select
        department_id,
        {{ month_start('calendar_date') }} as month_start_date,
        count(*) as days_covered,
        sum(arrivals) as encounters
    from census
    group by
        department_id,
        {{ month_start('calendar_date') }}
),

complete_months as (
    select
        department_id,
        month_start_date,
        days_covered,
        encounters
    from months
    where
        days_covered
        = {{ days_between('month_start_date', add_months('month_start_date', 1)) }}
),

measured as (
    select
        cast('30-day readmission rate' as varchar(50)) as metric,
        stays.department_id,
        {{ month_start('stays.discharged_at') }} as month_start_date,
        cast(sum(readmissions.is_readmitted_30_days) as decimal(18, 4)) as numerator,
        cast(count(*) as decimal(18, 4)) as denominator
    from stays
    inner join readmissions
        on stays.stay_id = readmissions.stay_id
    group by
        stays.department_id,
        {{ month_start('stays.discharged_at') }}
    having count(*) >= {{ var('smallest_cell') }}

    union all

    select
        cast('Overall rating' as varchar(50)) as metric,
        encounters.department_id,
        {{ month_start('encounters.discharged_at') }} as month_start_date,
        cast(sum(answers.score) as decimal(18, 4)) as numerator,
        cast(count(*) as decimal(18, 4)) as denominator
    from answers
    inner join encounters
        on answers.encounter_id = encounters.encounter_id
    group by
        encounters.department_id,
        {{ month_start('encounters.discharged_at') }}

    union all

    select
        cast('Length of stay, days' as varchar(50)) as metric,
        encounters.department_id,
        {{ month_start('encounters.discharged_at') }} as month_start_date,
        cast(sum(timings.length_of_stay_days) as decimal(18, 4)) as numerator,
        cast(count(*) as decimal(18, 4)) as denominator
    from encounters
    inner join timings
        on encounters.encounter_id = timings.encounter_id
    where
        encounters.encounter_class = 'inpatient'
        and timings.length_of_stay_days is not null
    group by
        encounters.department_id,
        {{ month_start('encounters.discharged_at') }}
    having count(*) >= {{ var('smallest_cell') }}

    union all

    select
        cast('Net revenue per encounter' as varchar(50)) as metric,
        encounters.department_id,
        {{ month_start('encounters.arrived_at') }} as month_start_date,
        cast(sum(encounter_money.net_revenue_amount) as decimal(18, 4)) as numerator,
        cast(count(*) as decimal(18, 4)) as denominator
    from encounters
    inner join encounter_money
        on encounters.encounter_id = encounter_money.encounter_id
    where encounter_money.net_revenue_amount is not null
    group by
        encounters.department_id,
        {{ month_start('encounters.arrived_at') }}
    having count(*) >= {{ var('smallest_cell') }}

    union all

    select
        cast('Encounters per day' as varchar(50)) as metric,
        department_id,
        month_start_date,
        cast(encounters as decimal(18, 4)) as numerator,
        cast(days_covered as decimal(18, 4)) as denominator
    from complete_months
),

final as (
    select
        measured.metric,
        measured.department_id,
        measured.month_start_date,
        measured.numerator,
        measured.denominator,
        cast({{ ratio('measured.numerator', 'measured.denominator') }} as decimal(18, 6)) as value,
        cast(
            case when measured.metric = '30-day readmission rate' then 'p' else 'XmR' end
            as varchar(3)
        ) as chart_type
    from measured
    inner join complete_months
        on
            coalesce(measured.department_id, '') = coalesce(complete_months.department_id, '')
            and measured.month_start_date = complete_months.month_start_date
)

select * from final
