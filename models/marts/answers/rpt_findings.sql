-- The findings of the executive summary, measured: the value, the expected range, and whether the
-- finding is confirmed.
--
-- Rules: one row per check of the reference seed finding_checks, which states finding, measure and
-- expected range; which departments and months a finding names is in finding_departments and
-- finding_months. A check is confirmed when its value lies within the range, bounds included; null
-- where it cannot be measured. Figures are those of the measures (models/measures); what is added
-- here is their order and their comparison. The comments below name the finding that each step
-- measures.
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

hospital as (
    select diabetes_readmission_rate_60_days
    from {{ ref('measures_of_hospital') }}
),

payer_categories as (
    select
        payer_category,
        percent_of_patients
    from {{ ref('measures_by_payer_category') }}
),

revenue_per_patient as (
    select
        department_name,
        age_group,
        net_revenue_per_patient
    from {{ ref('measures_by_department_and_age_group') }}
),

peak_department_months as (
    select
        month_number,
        encounters_per_day
    from {{ ref('measures_by_month_in_peak_departments') }}
),

chronic_months as (
    select
        month_number,
        days_covered,
        encounters,
        encounters_per_day
    from {{ ref('measures_by_month_of_chronic_conditions') }}
),

earlier_ratings as (
    select
        department_name,
        mean_rating
    from {{ ref('measures_of_earlier_ratings') }}
),

recent_ratings as (
    select
        department_name,
        mean_rating
    from {{ ref('measures_of_recent_ratings') }}
),

-- A department with few readmissions counts, too: only its place shows.
readmission_rates as (
    select
        department_key,
        department_name,
        readmission_rate
    from {{ ref('measures_by_department') }}
    where
        index_admissions is not null
        and readmission_rate is not null
),

ratings as (
    select
        department_key,
        department_name,
        mean_rating
    from {{ ref('measures_by_department') }}
    where mean_rating is not null
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

days as (
    select
        date_key,
        calendar_date,
        calendar_year,
        month_number
    from {{ ref('dim_date') }}
),

-- F2
earners as (
    select
        department_name,
        age_group,
        rank() over (partition by age_group order by net_revenue_per_patient desc) as place
    from revenue_per_patient
    where net_revenue_per_patient is not null
),

leaders as (
    select
        finding_departments.finding_id,
        case earners.age_group when 'Senior' then 1 when 'Adult' then 2 end as check_number,
        sum(case when earners.place <= 2 then 1 else 0 end) as value
    from finding_departments
    inner join earners
        on finding_departments.department_name = earners.department_name
    where
        finding_departments.finding_id = 'F2'
        and earners.age_group in ('Senior', 'Adult')
    group by
        finding_departments.finding_id,
        earners.age_group
),

-- F3
ranked_months as (
    select
        peak_department_months.encounters_per_day,
        case when finding_months.month_number is null then 0 else 1 end as is_named,
        rank() over (order by peak_department_months.encounters_per_day desc) as busiest_first
    from peak_department_months
    left join finding_months
        on
            peak_department_months.month_number = finding_months.month_number
            and finding_months.finding_id = 'F3'
),

peak_months as (
    select
        sum(case when is_named = 1 and busiest_first <= 4 then 1 else 0 end) as named_among_busiest,
        min(case when is_named = 1 then encounters_per_day end) as least_of_named,
        avg(case when is_named = 0 then encounters_per_day end) as mean_of_others
    from ranked_months
),

-- F4
chronic_rises as (
    select
        month_number,
        encounters_per_day / nullif(
            lag(encounters_per_day) over (
                order by month_number
            ), 0
        ) as rise
    from chronic_months
),

chronic_summer as (
    select
        sum(case when month_number in (6, 7, 8) then encounters end)
        / nullif(sum(case when month_number in (6, 7, 8) then days_covered end), 0)
            as summer_per_day,
        sum(case when month_number not in (6, 7, 8) then encounters end)
        / nullif(sum(case when month_number not in (6, 7, 8) then days_covered end), 0)
            as rest_per_day
    from chronic_months
),

least_rise as (
    select min(rise) as rise
    from chronic_rises
    where month_number in (6, 7, 8)
),

-- F5
rating_changes as (
    select
        recent_ratings.department_name,
        case when finding_departments.department_name is null then 0 else 1 end as is_named,
        recent_ratings.mean_rating / nullif(earlier_ratings.mean_rating, 0) - 1 as rating_change
    from recent_ratings
    inner join earlier_ratings
        on recent_ratings.department_name = earlier_ratings.department_name
    left join finding_departments
        on
            recent_ratings.department_name = finding_departments.department_name
            and finding_departments.finding_id = 'F5'
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
        rank() over (order by readmission_rate desc) as place
    from readmission_rates
),

rating_ranks as (
    select
        department_name,
        'F8' as finding_id,
        rank() over (order by mean_rating) as place
    from ratings
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
        rank() over (order by readmission_rates.readmission_rate)
        + (count(*) over (partition by readmission_rates.readmission_rate) - 1) / 2.0 as rate_rank,
        rank() over (order by ratings.mean_rating)
        + (count(*) over (partition by ratings.mean_rating) - 1) / 2.0 as rating_rank
    from readmission_rates
    inner join ratings
        on readmission_rates.department_key = ratings.department_key
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
    {% set share_of = "max(case when payer_category = '{}' then percent_of_patients end)" %}
    {% for finding, number, value, relation in [
        ('F1', 1, 'diabetes_readmission_rate_60_days', 'hospital'),
        ('F3', 1, 'named_among_busiest', 'peak_months'),
        ('F3', 2, 'least_of_named / nullif(mean_of_others, 0)', 'peak_months'),
        ('F4', 1, 'summer_per_day / nullif(rest_per_day, 0)', 'chronic_summer'),
        ('F4', 2, 'rise', 'least_rise'),
        ('F5', 1, 'min(case when is_named = 1 then rating_change end)', 'rating_changes'),
        ('F5', 2, 'max(case when is_named = 0 then abs(rating_change) end)', 'rating_changes'),
        ('F5', 3, 'months_to_signal', 'first_signal'),
        ('F6', 1, share_of.format('Uninsured'), 'payer_categories'),
        ('F6', 2, share_of.format('Private'), 'payer_categories'),
        ('F9', 1, 'correlation', 'rank_correlation'),
    ] %}
        select
            '{{ finding }}' as finding_id,
            {{ number }} as check_number,
            cast({{ value }} as decimal(18, 6)) as value
        from {{ relation }}
        union all
    {% endfor %}
    {% for relation in ['leaders', 'named_ranks'] %}
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
