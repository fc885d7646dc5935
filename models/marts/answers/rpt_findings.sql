-- The findings of the executive summary, measured: the value, the expected range, and whether the
-- finding is confirmed.
--
-- Rules: one row per check of the reference seed finding_checks, which states finding, measure and
-- expected range; which departments and months a finding names is in finding_departments and
-- finding_months. A check holds when its value lies within the range, bounds included; null where
-- it cannot be measured. The comments below name the finding that each step measures.
with checks as (
    select
        finding_id,
        check_number,
        statement,
        measure,
        unit,
        lowest_expected,
        highest_expected
    from {{ ref('finding_checks') }}
),

finding_departments as (
    select
        finding_id,
        department_name
    from {{ ref('finding_departments') }}
),

finding_months as (
    select
        finding_id,
        month_number
    from {{ ref('finding_months') }}
),

stays as (
    select
        patient_key,
        age_group_key,
        department_key,
        has_type_2_diabetes,
        is_readmitted_30_days,
        is_readmitted_60_days
    from {{ ref('fct_readmissions') }}
),

age_groups as (
    select
        age_group_key,
        age_group
    from {{ ref('dim_age_group') }}
),

revenue_per_patient as (
    select
        department_name,
        age_group,
        rank_in_age_group
    from {{ ref('rpt_revenue_per_patient') }}
),

daily_census as (
    select
        department_key,
        date_key,
        arrivals
    from {{ ref('fct_daily_census') }}
),

chronic_encounters as (
    select
        encounter_key,
        arrival_date_key
    from {{ ref('fct_diagnoses') }}
    where chronic_group in ('Diabetes', 'Heart failure', 'Ischemic heart disease')
    group by
        encounter_key,
        arrival_date_key
),

data_period as (
    select
        first_arrival_date,
        last_arrival_date
    from {{ ref('int_data_period') }}
),

satisfaction as (
    select
        department_key,
        discharge_date_key,
        overall_rating
    from {{ ref('fct_satisfaction') }}
    where
        is_survey_eligible = 1
        and overall_rating is not null
),

rating_signals as (
    select
        department_name,
        month_start_date_key
    from {{ ref('rpt_control_charts') }}
    where
        metric = 'Overall rating'
        and is_signal = 1
        and is_below_center_line = 1
),

departments as (
    select
        department_key,
        department_name
    from {{ ref('dim_department') }}
),

days as (
    select
        date_key,
        calendar_date,
        calendar_year,
        month_number
    from {{ ref('dim_date') }}
),

payer_mix as (
    select
        payer_category,
        patient_share
    from {{ ref('rpt_payer_mix') }}
),


department_ratings as (
    select
        department_key,
        department_name,
        mean_score
    from {{ ref('rpt_department_satisfaction') }}
    where
        measure = 'Overall rating'
        and is_total = 0
        and mean_score is not null
),

-- Departments with fewer than smallest_cell index admissions, or encounters in a month, count here,
-- too: only their order shows.
readmission_rates as (
    select
        stays.department_key,
        departments.department_name,
        {{ unless_small('avg(cast(stays.is_readmitted_30_days as decimal(18, 8)))',
            'count(stays.is_readmitted_30_days)') }} as readmission_rate_30_days
    from stays
    inner join departments
        on stays.department_key = departments.department_key
    group by
        stays.department_key,
        departments.department_name
),

department_months as (
    select
        departments.department_name,
        days.month_number,
        sum(daily_census.arrivals) as encounters,
        count(*) as days_covered
    from daily_census
    inner join days
        on daily_census.date_key = days.date_key
    inner join departments
        on daily_census.department_key = departments.department_key
    group by
        departments.department_name,
        days.month_number
),

-- F1
diabetic_patients as (
    select
        stays.patient_key,
        max(stays.is_readmitted_60_days) as is_readmitted
    from stays
    inner join age_groups
        on stays.age_group_key = age_groups.age_group_key
    where
        stays.has_type_2_diabetes = 1
        and stays.is_readmitted_60_days is not null
        and age_groups.age_group = 'Adult'
    group by stays.patient_key
),

diabetic_readmissions as (
    select
        'F1' as finding_id,
        1 as check_number,
        {{ unless_small(
            'avg(cast(is_readmitted as decimal(18, 8)))', 'count(*)', 'sum(is_readmitted)'
        ) }} as value
    from diabetic_patients
),

-- F2
leaders as (
    select
        finding_departments.finding_id,
        case revenue_per_patient.age_group when 'Senior' then 1 when 'Adult' then 2 end
            as check_number,
        sum(case when revenue_per_patient.rank_in_age_group <= 2 then 1 else 0 end) as value
    from finding_departments
    inner join revenue_per_patient
        on finding_departments.department_name = revenue_per_patient.department_name
    where
        finding_departments.finding_id = 'F2'
        and revenue_per_patient.age_group in ('Senior', 'Adult')
    group by
        finding_departments.finding_id,
        revenue_per_patient.age_group
),

-- F3
months_of_the_year as (
    select
        finding_departments.finding_id,
        department_months.month_number,
        {{ ratio('sum(department_months.encounters)', 'sum(department_months.days_covered)') }}
            as encounters_per_day
    from finding_departments
    inner join department_months
        on finding_departments.department_name = department_months.department_name
    where finding_departments.finding_id = 'F3'
    group by
        finding_departments.finding_id,
        department_months.month_number
),

ranked_months as (
    select
        months_of_the_year.finding_id,
        months_of_the_year.encounters_per_day,
        case when finding_months.month_number is null then 0 else 1 end as is_named,
        rank() over (order by months_of_the_year.encounters_per_day desc) as busiest_first
    from months_of_the_year
    left join finding_months
        on
            months_of_the_year.finding_id = finding_months.finding_id
            and months_of_the_year.month_number = finding_months.month_number
),

peak_months as (
    select
        sum(case when is_named = 1 and busiest_first <= 4 then 1 else 0 end) as named_among_busiest,
        min(case when is_named = 1 then encounters_per_day end) as least_of_named,
        avg(case when is_named = 0 then encounters_per_day end) as mean_of_others
    from ranked_months
),

-- F4
chronic_months as (
    select
        days.month_number,
        count(chronic_encounters.encounter_key) as encounters,
        count(distinct days.date_key) as days_covered
    from days
    inner join data_period
        on
            days.calendar_date
            between data_period.first_arrival_date and data_period.last_arrival_date
    left join chronic_encounters
        on days.date_key = chronic_encounters.arrival_date_key
    group by days.month_number
),

chronic_year as (
    select
        month_number,
        encounters,
        days_covered,
        {{ ratio('encounters', 'days_covered') }} as encounters_per_day
    from chronic_months
),

chronic_rises as (
    select
        month_number,
        encounters_per_day / nullif(
            lag(encounters_per_day) over (
                order by month_number
            ), 0
        ) as rise
    from chronic_year
),

chronic_summer as (
    select
        {{ ratio(
            'sum(case when month_number in (6, 7, 8) then encounters end)',
            'sum(case when month_number in (6, 7, 8) then days_covered end)'
        ) }} as summer_per_day,
        {{ ratio(
            'sum(case when month_number not in (6, 7, 8) then encounters end)',
            'sum(case when month_number not in (6, 7, 8) then days_covered end)'
        ) }} as rest_per_day
    from chronic_year
),

least_rise as (
    select min(rise) as rise
    from chronic_rises
    where month_number in (6, 7, 8)
),

-- F5
ratings as (
    select
        departments.department_name,
        days.calendar_date,
        satisfaction.overall_rating
    from satisfaction
    inner join departments
        on satisfaction.department_key = departments.department_key
    inner join days
        on satisfaction.discharge_date_key = days.date_key
),

rating_changes as (
    select
        ratings.department_name,
        max(case when finding_departments.department_name is null then 0 else 1 end) as is_named,
        avg(
            case
                when ratings.calendar_date >= cast('{{ var("finding_shift_date") }}' as date)
                    then cast(ratings.overall_rating as decimal(18, 8))
            end
        ) / nullif(
            avg(
                case
                    when ratings.calendar_date < cast('{{ var("finding_shift_date") }}' as date)
                        then cast(ratings.overall_rating as decimal(18, 8))
                end
            ), 0
        ) - 1 as rating_change
    from ratings
    left join finding_departments
        on
            ratings.department_name = finding_departments.department_name
            and finding_departments.finding_id = 'F5'
    group by ratings.department_name
),

first_signal as (
    select
        min(days.calendar_year * 12 + days.month_number)
        - (
            year(cast('{{ var("finding_shift_date") }}' as date)) * 12
            + month(cast('{{ var("finding_shift_date") }}' as date))
        ) + 1 as months_to_signal
    from rating_signals
    inner join days
        on rating_signals.month_start_date_key = days.date_key
    inner join finding_departments
        on rating_signals.department_name = finding_departments.department_name
    where
        finding_departments.finding_id = 'F5'
        and days.calendar_date >= cast('{{ var("finding_shift_date") }}' as date)
),

-- F7, F8
rate_ranks as (
    select
        department_name,
        'F7' as finding_id,
        rank() over (order by readmission_rate_30_days desc) as place
    from readmission_rates
    where readmission_rate_30_days is not null
),

rating_ranks as (
    select
        department_name,
        'F8' as finding_id,
        rank() over (order by mean_score) as place
    from department_ratings
),

places as (
    select
        department_name,
        finding_id,
        place
    from rate_ranks

    union all

    select
        department_name,
        finding_id,
        place
    from rating_ranks
),

named_ranks as (
    select
        finding_departments.finding_id,
        1 as check_number,
        sum(case when places.place <= 2 then 1 else 0 end) as value
    from finding_departments
    inner join places
        on
            finding_departments.finding_id = places.finding_id
            and finding_departments.department_name = places.department_name
    group by finding_departments.finding_id
),

-- F9: departments that have both figures; ties share the mean of their ranks
department_ranks as (
    select
        rank() over (order by readmission_rates.readmission_rate_30_days)
        + (
            count(*) over (partition by readmission_rates.readmission_rate_30_days) - 1
        ) / 2.0 as rate_rank,
        rank() over (order by department_ratings.mean_score)
        + (count(*) over (partition by department_ratings.mean_score) - 1) / 2.0 as rating_rank
    from readmission_rates
    inner join department_ratings
        on readmission_rates.department_key = department_ratings.department_key
    where readmission_rates.readmission_rate_30_days is not null
),

rank_moments as (
    select
        cast(count(*) as {{ type_double() }}) as n,
        sum(cast(rate_rank as {{ type_double() }})) as sum_rate,
        sum(cast(rating_rank as {{ type_double() }})) as sum_rating,
        sum(cast(rate_rank * rate_rank as {{ type_double() }})) as sum_rate_squared,
        sum(cast(rating_rank * rating_rank as {{ type_double() }})) as sum_rating_squared,
        sum(cast(rate_rank * rating_rank as {{ type_double() }})) as sum_product
    from department_ranks
),

rank_correlation as (
    select
        (n * sum_product - sum_rate * sum_rating)
        / nullif(
            sqrt(n * sum_rate_squared - sum_rate * sum_rate)
            * sqrt(n * sum_rating_squared - sum_rating * sum_rating), 0
        ) as correlation
    from rank_moments
),

measured as (
    {% for finding, number, value, relation in [
        ('F3', 1, 'named_among_busiest', 'peak_months'),
        ('F3', 2, ratio('least_of_named', 'mean_of_others'), 'peak_months'),
        ('F4', 1, ratio('summer_per_day', 'rest_per_day'), 'chronic_summer'),
        ('F4', 2, 'rise', 'least_rise'),
        ('F5', 1, 'min(case when is_named = 1 then rating_change end)', 'rating_changes'),
        ('F5', 2, 'max(case when is_named = 0 then abs(rating_change) end)', 'rating_changes'),
        ('F5', 3, 'months_to_signal', 'first_signal'),
        (
            'F6', 1, "max(case when payer_category = 'Uninsured' then patient_share end)", 'payer_mix',
        ),
        ('F6', 2, "max(case when payer_category = 'Private' then patient_share end)", 'payer_mix'),
        ('F9', 1, 'correlation', 'rank_correlation'),
    ] %}
        select
            '{{ finding }}' as finding_id,
            {{ number }} as check_number,
            cast({{ value }} as decimal(18, 6)) as value
        from {{ relation }}
        union all
    {% endfor %}
    {% for relation in ['diabetic_readmissions', 'leaders', 'named_ranks'] %}
        {{ 'union all' if not loop.first }}
        select
            finding_id,
            check_number,
            cast(value as decimal(18, 6)) as value
        from {{ relation }}
    {% endfor %}
),

final as (
    select
        checks.finding_id,
        checks.check_number,
        checks.statement,
        checks.measure,
        checks.unit,
        measured.value,
        checks.lowest_expected,
        checks.highest_expected,
        cast(
            case
                when measured.value is null then null
                when measured.value < checks.lowest_expected then 0
                when measured.value > checks.highest_expected then 0
                else 1
            end as int
        ) as is_confirmed
    from checks
    left join measured
        on
            checks.finding_id = measured.finding_id
            and checks.check_number = measured.check_number
)

select * from final
