-- The recommendations of the executive summary as what-if figures: what each lever would change.
--
-- Every assumption is a variable of dbt_project.yml. Counts and money are per year of data;
-- departments and months are those of the findings (finding_departments, finding_months).
--
-- Rules:
--   R1  30-day readmissions after stays of chronic patients fall by the assumed %; each avoided
--       stay saves the mean length of stay and the mean allowed amount of those readmissions
--   R2  the assumed % of the staffing of all other months moves to the peak months; occupancy
--       and waits there change in inverse proportion to the staffing (a proportional model: no
--       queuing)
--   R3  rating and top-box % of the department rise by the assumed %, at most to the top of
--       the scale, evenly over the assumed months; the earlier level is that before
--       finding_shift_date
--   R4  as R1, for all stays of the departments named
--   R5  the number of insured patients rises by the assumed %, at most by all uninsured ones;
--       each earns the mean net revenue of an insured patient instead of that of an uninsured one;
--       not shown where a category of rpt_payer_mix is hidden
-- Everything is computed in floating point and rounded once, to four decimals, as the what-if
-- measures are: the two are equal.
-- Means over fewer than smallest_cell readmissions, answers, waits or inpatients are not shown.
with recommendations as (
    select
        recommendation_id,
        recommendation,
        lever
    from {{ ref('recommendations') }}
),

stays as (
    select
        department_key,
        is_readmitted_30_days,
        has_chronic_condition,
        readmission_length_of_stay_days,
        readmission_net_revenue_amount
    from {{ ref('fct_readmissions') }}
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
        month_number
    from {{ ref('dim_date') }}
),

data_period as (
    select
        cast(
            {{ days_between('first_arrival_date', 'last_arrival_date') }} + 1
            as {{ type_double() }}
        ) / 365.25 as year_count
    from {{ ref('int_data_period') }}
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

daily_census as (
    select
        department_key,
        date_key,
        midnight_census,
        staffed_beds
    from {{ ref('fct_daily_census') }}
    where staffed_beds > 0
),

encounters as (
    select
        department_key,
        patient_key,
        arrival_date_key,
        admission_date_key,
        encounter_class,
        wait_minutes
    from {{ ref('fct_encounters') }}
),

satisfaction as (
    select
        department_key,
        discharge_date_key,
        overall_rating,
        is_overall_rating_top_box
    from {{ ref('fct_satisfaction') }}
    where
        is_survey_eligible = 1
        and overall_rating is not null
),

payer_mix as (
    select
        is_insured,
        patients,
        net_revenue_amount
    from {{ ref('rpt_payer_mix') }}
),

-- R1 and R4: readmissions, and what they cost
scopes as (
    select
        'R1' as recommendation_id,
        'Chronic patients' as scope,
        {{ var('fewer_readmissions_of_chronic_patients') }} as assumption,
        stays.is_readmitted_30_days,
        stays.readmission_length_of_stay_days,
        stays.readmission_net_revenue_amount
    from stays
    where stays.has_chronic_condition = 1

    union all

    select
        'R4' as recommendation_id,
        departments.department_name as scope,
        {{ var('fewer_readmissions_after_better_discharge') }} as assumption,
        stays.is_readmitted_30_days,
        stays.readmission_length_of_stay_days,
        stays.readmission_net_revenue_amount
    from stays
    inner join departments
        on stays.department_key = departments.department_key
    inner join finding_departments
        on departments.department_name = finding_departments.department_name
    where finding_departments.finding_id = 'F7'
),

readmission_costs as (
    select
        scopes.recommendation_id,
        scopes.scope,
        max(scopes.assumption) as assumption,
        count(*) / max(data_period.year_count) as readmissions,
        sum(scopes.readmission_length_of_stay_days) / max(data_period.year_count) as bed_days,
        avg(cast(scopes.readmission_net_revenue_amount as {{ type_double() }}))
        * count(*)
        / max(data_period.year_count) as cost
    from scopes
    cross join data_period
    where scopes.is_readmitted_30_days = 1
    group by
        scopes.recommendation_id,
        scopes.scope
    having count(*) >= {{ var('smallest_cell') }}
),

-- R2: peak months
peak_months as (
    select
        1 + {{ var('staffing_moved_to_peak_months') }}
        * cast(12 - count(*) as {{ type_double() }}) / nullif(count(*), 0) as more_staff
    from finding_months
    where finding_id = 'F3'
),

peak_days as (
    select
        departments.department_key,
        departments.department_name,
        days.date_key
    from finding_departments
    inner join departments
        on finding_departments.department_name = departments.department_name
    inner join finding_months
        on finding_departments.finding_id = finding_months.finding_id
    inner join days
        on finding_months.month_number = days.month_number
    where finding_departments.finding_id = 'F3'
),

peak_occupancies as (
    select
        peak_days.department_name,
        cast(sum(daily_census.midnight_census) as {{ type_double() }})
        / nullif(sum(daily_census.staffed_beds), 0) as occupancy
    from peak_days
    inner join daily_census
        on
            peak_days.department_key = daily_census.department_key
            and peak_days.date_key = daily_census.date_key
    group by peak_days.department_name
),

peak_inpatients as (
    select
        peak_days.department_name,
        count(distinct encounters.patient_key) as inpatients
    from peak_days
    inner join encounters
        on
            peak_days.department_key = encounters.department_key
            and peak_days.date_key = encounters.admission_date_key
    where encounters.encounter_class = 'inpatient'
    group by peak_days.department_name
),

peak_waits as (
    select
        peak_days.department_name,
        count(encounters.wait_minutes) as waits,
        avg(cast(encounters.wait_minutes as {{ type_double() }})) as wait_minutes
    from peak_days
    inner join encounters
        on
            peak_days.department_key = encounters.department_key
            and peak_days.date_key = encounters.arrival_date_key
    group by peak_days.department_name
),

peaks as (
    select
        peak_waits.department_name as scope,
        peak_months.more_staff,
        {{ unless_small('peak_occupancies.occupancy', 'peak_inpatients.inpatients') }} as occupancy,
        {{ unless_small('peak_waits.wait_minutes', 'peak_waits.waits') }} as wait_minutes
    from peak_waits
    cross join peak_months
    left join peak_occupancies
        on peak_waits.department_name = peak_occupancies.department_name
    left join peak_inpatients
        on peak_waits.department_name = peak_inpatients.department_name
),

-- R3: satisfaction
rated as (
    select
        departments.department_name as scope,
        case
            when days.calendar_date >= cast('{{ var("finding_shift_date") }}' as date) then 1
            else 0
        end as is_recent,
        cast(satisfaction.overall_rating as {{ type_double() }}) as overall_rating,
        cast(satisfaction.is_overall_rating_top_box as {{ type_double() }}) as is_top_box
    from satisfaction
    inner join departments
        on satisfaction.department_key = departments.department_key
    inner join days
        on satisfaction.discharge_date_key = days.date_key
    inner join finding_departments
        on departments.department_name = finding_departments.department_name
    where finding_departments.finding_id = 'F5'
),

levels as (
    select
        scope,
        sum(is_recent) as recent_answers,
        sum(1 - is_recent) as earlier_answers,
        avg(case when is_recent = 1 then overall_rating end) as rating,
        avg(case when is_recent = 0 then overall_rating end) as earlier_rating,
        avg(case when is_recent = 1 then is_top_box end) as top_box_share
    from rated
    group by scope
),

shown_levels as (
    select
        scope,
        {{ unless_small('rating', 'recent_answers') }} as rating,
        {{ unless_small('earlier_rating', 'earlier_answers') }} as earlier_rating,
        {{ unless_small('top_box_share', 'recent_answers') }} as top_box_share
    from levels
),

raised as (
    select
        scope,
        rating,
        earlier_rating,
        top_box_share,
        case
            when rating * (1 + {{ var('higher_satisfaction') }}) > 10 then 10
            else rating * (1 + {{ var('higher_satisfaction') }})
        end as rating_after,
        case
            when top_box_share * (1 + {{ var('higher_satisfaction') }}) > 1 then 1
            else top_box_share * (1 + {{ var('higher_satisfaction') }})
        end as top_box_share_after
    from shown_levels
),

-- R5: coverage
coverage_sums as (
    select
        sum(case when patients is null then 1 else 0 end) as hidden_categories,
        sum(case when is_insured = 1 then patients else 0 end) as insured,
        sum(case when is_insured = 0 then patients else 0 end) as uninsured,
        sum(case when is_insured = 1 then net_revenue_amount else 0 end) as insured_net_revenue,
        sum(case when is_insured = 0 then net_revenue_amount else 0 end) as uninsured_net_revenue
    from payer_mix
),

coverage as (
    select
        {%- set categories = ['hidden_categories'] %}
        cast({{ unless_hidden('insured', categories) }} as {{ type_double() }}) as insured,
        cast({{ unless_hidden('uninsured', categories) }} as {{ type_double() }}) as uninsured,
        cast({{ unless_hidden('insured_net_revenue', categories) }} as {{ type_double() }})
            as insured_net_revenue,
        cast({{ unless_hidden('uninsured_net_revenue', categories) }} as {{ type_double() }})
            as uninsured_net_revenue
    from coverage_sums
),

newly_insured as (
    select
        coverage.insured,
        coverage.uninsured,
        coverage.insured_net_revenue,
        coverage.uninsured_net_revenue,
        data_period.year_count,
        case
            when coverage.insured * {{ var('more_insured_patients') }} > coverage.uninsured
                then coverage.uninsured
            else coverage.insured * {{ var('more_insured_patients') }}
        end as patients
    from coverage
    cross join data_period
),

effects as (
    {% for measure, unit, value in [
        ('Readmissions within 30 days per year', 'stays', 'readmissions'),
        ('Bed-days of readmissions per year', 'days', 'bed_days'),
        ('Allowed amount of readmissions per year', 'money', 'cost'),
    ] %}
        select
            recommendation_id,
            scope,
            '{{ measure }}' as measure,
            '{{ unit }}' as unit,
            assumption,
            {{ value }} as value_before,
            {{ value }} * (1 - assumption) as value_after
        from readmission_costs

        union all
    {% endfor %}
    {% for measure, unit, value in [
        ('Occupancy in peak months', 'share', 'occupancy'),
        ('Mean wait in peak months', 'minutes', 'wait_minutes'),
    ] %}
        select
            'R2' as recommendation_id,
            scope,
            '{{ measure }}' as measure,
            '{{ unit }}' as unit,
            {{ var('staffing_moved_to_peak_months') }} as assumption,
            {{ value }} as value_before,
            {{ value }} / more_staff as value_after
        from peaks

        union all
    {% endfor %}
    {% for measure, unit, before, after in [
        ('Overall rating', 'score', 'rating', 'rating_after'),
        ('Top-box share', 'share', 'top_box_share', 'top_box_share_after'),
    ] %}
        select
            'R3' as recommendation_id,
            scope,
            '{{ measure }}' as measure,
            '{{ unit }}' as unit,
            {{ var('higher_satisfaction') }} as assumption,
            {{ before }} as value_before,
            {{ after }} as value_after
        from raised

        union all
    {% endfor %}

    select
        'R3' as recommendation_id,
        scope,
        'Months to regain the earlier rating' as measure,
        'months' as unit,
        {{ var('higher_satisfaction') }} as assumption,
        cast(null as {{ type_double() }}) as value_before,
        case
            when earlier_rating > rating
                then
                    {{ var('months_to_higher_satisfaction') }}
                    * (earlier_rating - rating)
                    / nullif(rating_after - rating, 0)
            when earlier_rating <= rating then 0
        end as value_after
    from raised

    union all

    select
        'R5' as recommendation_id,
        'All patients' as scope,
        'Uninsured share' as measure,
        'share' as unit,
        {{ var('more_insured_patients') }} as assumption,
        uninsured / nullif(insured + uninsured, 0) as value_before,
        (uninsured - patients) / nullif(insured + uninsured, 0) as value_after
    from newly_insured

    union all

    select
        'R5' as recommendation_id,
        'All patients' as scope,
        'Net revenue per year' as measure,
        'money' as unit,
        {{ var('more_insured_patients') }} as assumption,
        (insured_net_revenue + uninsured_net_revenue) / year_count as value_before,
        (insured_net_revenue + uninsured_net_revenue) / year_count
        + patients
        * (
            insured_net_revenue / nullif(insured, 0)
            - uninsured_net_revenue / nullif(uninsured, 0)
        ) / year_count as value_after
    from newly_insured
),

final as (
    select
        -- keys
        recommendations.recommendation_id,
        cast(effects.scope as varchar(200)) as scope,
        cast(effects.measure as varchar(100)) as measure,

        -- attributes
        recommendations.recommendation,
        recommendations.lever,
        cast(effects.assumption as decimal(9, 4)) as assumption,
        cast(effects.unit as varchar(20)) as unit,

        -- effect
        cast(effects.value_before as decimal(18, 4)) as value_before,
        cast(effects.value_after as decimal(18, 4)) as value_after,
        cast(effects.value_after - effects.value_before as decimal(18, 4)) as value_change
    from recommendations
    inner join effects
        on recommendations.recommendation_id = effects.recommendation_id
)

select * from final
