-- Control charts: each department's monthly figures with centre line, limits and special-cause
-- signals.
--
-- Rules (NHS England, Making Data Count; Wheeler): the centre line and the mean moving range are
-- computed from the first 12 months and frozen, so that a later shift shows. p-chart (readmission
-- rate): centre +- 3 sqrt(p (1 - p) / n), within 0 and 1. XmR chart (all others): centre +- 2.66 x
-- mean moving range. Signals: a point outside the limits; the eighth and every further point in a
-- row on one side of the centre; the sixth and every further point in a row rising or falling. A
-- point on the centre line ends a run. A point on fewer than smallest_cell stays or encounters, or
-- of a rate with a small cell above its line, is not shown; its signals are.
with metrics as (
    select
        metric,
        chart_type,
        {{ integer_key(['department_id']) }} as department_key,
        {{ date_key('month_start_date') }} as month_start_date_key,
        numerator,
        denominator,
        value
    from {{ ref('int_monthly_metrics') }}
),

departments as (
    select
        department_key,
        department_name
    from {{ ref('dim_department') }}
),

numbered as (
    select
        *,
        row_number() over (
            partition by metric, department_key order by month_start_date_key
        ) as month_position,
        value - lag(value) over (
            partition by metric, department_key order by month_start_date_key
        ) as monthly_change
    from metrics
),

baselines as (
    select
        metric,
        department_key,
        count(*) as baseline_months,
        -- a rate's centre weighs each stay alike, a mean's each month
        max(
            case when chart_type = 'p' then 1 else 0 end
        ) as is_rate,
        {{ ratio('sum(numerator)', 'sum(denominator)') }} as pooled_centre,
        avg(value) as mean_centre,
        avg(abs(monthly_change)) as mean_moving_range
    from numbered
    where month_position <= 12
    group by
        metric,
        department_key
),

centred as (
    select
        numbered.*,
        baselines.baseline_months,
        cast(
            case
                when baselines.is_rate = 1 then baselines.pooled_centre
                else baselines.mean_centre
            end as decimal(18, 6)
        ) as centre_line,
        cast(baselines.mean_moving_range as decimal(18, 6)) as mean_moving_range
    from numbered
    inner join baselines
        on
            numbered.metric = baselines.metric
            and numbered.department_key = baselines.department_key
),

limited as (
    select
        *,
        case
            when chart_type = 'p'
                then 3 * sqrt(
                    cast(centre_line * (1 - centre_line) as {{ type_double() }})
                    / cast(denominator as {{ type_double() }})
                )
            else 2.66 * cast(mean_moving_range as {{ type_double() }})
        end as limit_distance,
        sign(value - centre_line) as side,
        sign(monthly_change) as direction
    from centred
),

-- A run begins where the side, or the direction, is not that of the month before.
run_starts as (
    select
        *,
        case
            when
                side = lag(side) over (partition by metric, department_key order by month_position)
                then 0
            else 1
        end as starts_side_run,
        case
            when
                direction
                = lag(direction) over (partition by metric, department_key order by month_position)
                then 0
            else 1
        end as starts_direction_run
    from limited
),

runs as (
    select
        *,
        sum(starts_side_run) over (
            partition by metric, department_key
            order by month_position
            rows between unbounded preceding and current row
        ) as side_run,
        sum(starts_direction_run) over (
            partition by metric, department_key
            order by month_position
            rows between unbounded preceding and current row
        ) as direction_run
    from run_starts
),

run_lengths as (
    select
        *,
        row_number() over (
            partition by metric, department_key, side_run order by month_position
        ) as months_on_side,
        row_number() over (
            partition by metric, department_key, direction_run order by month_position
        ) as changes_in_direction
    from runs
),

signalled as (
    select
        *,
        case
            when value > centre_line + limit_distance or value < centre_line - limit_distance then 1
            else 0
        end as is_outside_limits,
        case when side <> 0 and months_on_side >= 8 then 1 else 0 end as is_shift,
        -- six points in a row are five changes
        case when direction <> 0 and changes_in_direction >= 5 then 1 else 0 end as is_trend
    from run_lengths
),

final as (
    select
        -- keys
        signalled.metric,
        signalled.department_key,
        signalled.month_start_date_key,
        departments.department_name,
        signalled.chart_type,

        -- the chart
        cast(
            case
                when
                    signalled.metric = 'Encounters per day'
                    and {{ is_small_cell('signalled.numerator') }}
                    then null
                else {{ unless_small(
                    'signalled.value',
                    'signalled.denominator',
                    "case when signalled.chart_type = 'p' then signalled.numerator end",
                ) }}
            end as decimal(18, 6)
        ) as value,
        cast({{ shown_count('signalled.denominator') }} as int) as n,
        signalled.centre_line,
        cast(
            case
                when
                    signalled.chart_type = 'p'
                    and signalled.centre_line < signalled.limit_distance then 0
                else signalled.centre_line - signalled.limit_distance
            end as decimal(18, 6)
        ) as lower_limit,
        cast(
            case
                when
                    signalled.chart_type = 'p'
                    and signalled.centre_line + signalled.limit_distance > 1 then 1
                else signalled.centre_line + signalled.limit_distance
            end as decimal(18, 6)
        ) as upper_limit,
        cast(signalled.baseline_months as int) as baseline_months,

        -- signals
        cast(case when signalled.side < 0 then 1 else 0 end as int) as is_below_centre_line,
        cast(signalled.is_outside_limits as int) as is_outside_limits,
        cast(signalled.is_shift as int) as is_shift,
        cast(signalled.is_trend as int) as is_trend,
        cast(
            case
                when
                    signalled.is_outside_limits + signalled.is_shift + signalled.is_trend > 0
                    then 1
                else 0
            end as int
        ) as is_signal
    from signalled
    inner join departments
        on signalled.department_key = departments.department_key
)

select * from final
