-- The recommendations of the executive summary as what-if figures: what each lever would change.
--
-- Every assumption is a variable of dbt_project.yml. Counts and money are per year of data;
-- departments and months are those of the findings (finding_departments, finding_months).
--
-- Rules:
--   R1  30-day readmissions of chronic patients fall by the assumed fraction; each one avoided
--       saves the mean length of stay and the mean allowed amount of these readmissions
--   R2  the assumed fraction of the staffing of all other months moves to the peak months;
--       occupancy and wait there change in inverse proportion to the staffing (a proportional
--       model: no queuing)
--   R3  rating and top-box rate of the department rise by the assumed fraction, at most to the top
--       of the scale, evenly over the assumed months; the earlier level is that before
--       finding_shift_date
--   R4  as R1, for all stays of the departments named
--   R5  the number of insured patients rises by the assumed fraction, at most by all the uninsured;
--       each earns the mean net revenue of an insured patient instead of an uninsured patient's
-- The arithmetic is that of the measures (folder What if), which the sliders move: this model takes
-- it at the assumed values (models/measures) and rounds once, to four decimals. Figures that would
-- show a small cell are null.
with recommendations as (
    select
        recommendation_id,
        recommendation,
        lever
    from {{ ref('recommendations') }}
),

finding_departments as (
    select
        finding_id,
        department_name
    from {{ ref('finding_departments') }}
),

hospital as (
    select *
    from {{ ref('measures_of_hospital') }}
),

better_discharge as (
    select *
    from {{ ref('measures_of_better_discharge') }}
),

peaks as (
    select *
    from {{ ref('measures_in_peak_months') }}
),

earlier_ratings as (
    select
        department_name,
        mean_rating
    from {{ ref('measures_of_earlier_ratings') }}
),

recent_ratings as (
    select *
    from {{ ref('measures_of_recent_ratings') }}
),

-- R3: satisfaction
raised as (
    select
        recent_ratings.department_name as scope,
        recent_ratings.mean_rating as rating,
        recent_ratings.projected_rating as rating_after,
        recent_ratings.top_box_rate,
        recent_ratings.projected_top_box_rate as top_box_rate_after,
        earlier_ratings.mean_rating as earlier_rating
    from recent_ratings
    inner join finding_departments
        on recent_ratings.department_name = finding_departments.department_name
    left join earlier_ratings
        on recent_ratings.department_name = earlier_ratings.department_name
    where finding_departments.finding_id = 'F5'
),

effects as (
    {% for recommendation, scope, assumption, relation in [
        ('R1', "'Chronic patients'", 'fewer_readmissions_of_chronic_patients', 'hospital'),
        ('R4', 'department_name', 'fewer_readmissions_after_better_discharge',
            'better_discharge'),
    ] %}
        {% for measure, unit, before, avoided in [
            ('Readmissions within 30 days per year', 'stays',
                'readmissions', 'avoided_readmissions'),
            ('Bed-days of readmissions per year', 'days', 'bed_days', 'saved_bed_days'),
            ('Allowed amount of readmissions per year', 'money', 'cost', 'avoided_cost'),
        ] %}
            select
                '{{ recommendation }}' as recommendation_id,
                {{ scope }} as scope,
                '{{ measure }}' as measure,
                '{{ unit }}' as unit,
                {{ var(assumption) }} as assumption,
                {{ before }} as value_before,
                {{ before }} - {{ avoided }} as value_after
            from {{ relation }}
            where readmissions is not null

            union all
        {% endfor %}
    {% endfor %}
    {% for recommendation, scope, measure, unit, assumption, before, after, relation in [
        ('R2', 'department_name', 'Occupancy in peak months', 'rate',
            'staffing_moved_to_peak_months', 'occupancy', 'projected_occupancy', 'peaks'),
        ('R2', 'department_name', 'Mean door-to-provider time in peak months', 'minutes',
            'staffing_moved_to_peak_months', 'mean_wait_minutes', 'projected_wait_minutes',
            'peaks'),
        ('R3', 'scope', 'Overall rating', 'score',
            'higher_satisfaction', 'rating', 'rating_after', 'raised'),
        ('R3', 'scope', 'Top-box rate', 'rate',
            'higher_satisfaction', 'top_box_rate', 'top_box_rate_after', 'raised'),
        ('R5', "'All patients'", 'Uninsured rate', 'rate',
            'more_insured_patients', 'uninsured_rate', 'projected_uninsured_rate', 'hospital'),
        ('R5', "'All patients'", 'Net revenue per year', 'money',
            'more_insured_patients', 'net_revenue_per_year',
            'net_revenue_per_year + additional_net_revenue_per_year', 'hospital'),
    ] %}
        select
            '{{ recommendation }}' as recommendation_id,
            {{ scope }} as scope,
            '{{ measure }}' as measure,
            '{{ unit }}' as unit,
            {{ var(assumption) }} as assumption,
            {{ before }} as value_before,
            {{ after }} as value_after
        from {{ relation }}

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
