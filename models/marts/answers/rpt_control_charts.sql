-- Control charts: each department's monthly figures with center line, limits and special-cause
-- signals.
--
-- Rules (NHS England, Making Data Count; Wheeler): the center line and the mean moving range are
-- computed from the first 12 months and frozen, so that a later shift shows. p-chart (readmission
-- rate): center +- 3 sqrt(p (1 - p) / n), within 0 and 1. XmR chart (all others): center +- 2.66 x
-- mean moving range. Signals: a point outside the limits; the eighth and every further point in a
-- row on one side of the center; the sixth and every further point in a row rising or falling. A
-- point on the center line ends a run. A point that counts a small cell is not shown (stays,
-- answers or encounters, of a rate the readmitted and the others, too). Its signals would tell a
-- rate's or a volume's count, are null and end a run; those of means are shown. Center and limits
-- are not shown where hidden points of the first 12 months could be worked out from them: one or
-- two of them, or several whose sum is a small cell, or nearly the least or the most that so many
-- can have.
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

counted as (
    select
        *,
        case
            when chart_type = 'p' or metric = 'Encounters per day' then numerator
            else denominator
        end as counted,
        case when chart_type = 'p' then denominator - numerator else 0 end as others,
        case when chart_type = 'p' or metric = 'Encounters per day' then 1 else 0 end as is_count
    from metrics
),

numbered as (
    select
        *,
        case
            when {{ is_small_cell('counted') }} or {{ is_small_cell('others') }} then 1
            else 0
        end as is_hidden,
        row_number() over (
            partition by metric, department_key order by month_start_date_key
        ) as month_position,
        value - lag(value) over (
            partition by metric, department_key order by month_start_date_key
        ) as monthly_change
    from counted
),

baselines as (
    select
        metric,
        department_key,
        count(*) as baseline_months,
        -- a rate's center weighs each stay alike, a mean's each month
        max(
            case when chart_type = 'p' then 1 else 0 end
        ) as is_rate,
        {{ ratio('sum(numerator)', 'sum(denominator)') }} as pooled_center,
        avg(value) as mean_center,
        avg(abs(monthly_change)) as mean_moving_range,
        sum(counted) as counted,
        sum(others) as others,
        sum(is_hidden) as hidden_months,
        sum(case when is_hidden = 1 then counted else 0 end) as hidden_counted,
        sum(case when is_hidden = 1 then others else 0 end) as hidden_others
    from numbered
    where month_position <= 12
    group by
        metric,
        department_key
),

marked_baselines as (
    select
        *,
        case
            when
                hidden_months in (1, 2)
                or {{ is_small_cell('counted') }}
                or {{ is_small_cell('others') }}
                or {{ is_small_cell('hidden_counted') }}
                or {{ is_small_cell('hidden_others') }}
                or hidden_counted < 2 * hidden_months
                or hidden_counted > ({{ var('smallest_cell') }} - 2) * hidden_months
                then 1
            else 0
        end as is_center_hidden
    from baselines
),

centered as (
    select
        numbered.*,
        marked_baselines.baseline_months,
        marked_baselines.is_center_hidden,
        cast(
            case
                when marked_baselines.is_rate = 1 then marked_baselines.pooled_center
                else marked_baselines.mean_center
            end as decimal(18, 6)
        ) as center_line,
        cast(marked_baselines.mean_moving_range as decimal(18, 6)) as mean_moving_range
    from numbered
    inner join marked_baselines
        on
            numbered.metric = marked_baselines.metric
            and numbered.department_key = marked_baselines.department_key
),

signals_marked as (
    select
        *,
        is_hidden * is_count as is_signal_hidden
    from centered
),

limited as (
    select
        *,
        case
            when chart_type = 'p'
                then 3 * sqrt(
                    cast(center_line * (1 - center_line) as {{ type_double() }})
                    / cast(denominator as {{ type_double() }})
                )
            else 2.66 * cast(mean_moving_range as {{ type_double() }})
        end as limit_distance,
        case when is_signal_hidden = 0 then sign(value - center_line) end as side,
        case
            when
                is_signal_hidden = 0
                and lag(is_signal_hidden) over (
                    partition by metric, department_key order by month_position
                ) = 0
                then sign(monthly_change)
        end as direction
    from signals_marked
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

signaled as (
    select
        *,
        case
            when value > center_line + limit_distance or value < center_line - limit_distance then 1
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
        signaled.metric,
        signaled.department_key,
        signaled.month_start_date_key,
        departments.department_name,
        signaled.chart_type,

        -- the chart
        cast(
            case when signaled.is_hidden = 0 then signaled.value end as decimal(18, 6)
        ) as value,
        cast({{ shown_count('signaled.denominator') }} as int) as n,
        cast(
            case when signaled.is_center_hidden = 0 then signaled.center_line end
            as decimal(18, 6)
        ) as center_line,
        cast(
            case
                when signaled.is_center_hidden = 1 then null
                when
                    signaled.chart_type = 'p'
                    and signaled.center_line < signaled.limit_distance then 0
                else signaled.center_line - signaled.limit_distance
            end as decimal(18, 6)
        ) as lower_limit,
        cast(
            case
                when signaled.is_center_hidden = 1 then null
                when
                    signaled.chart_type = 'p'
                    and signaled.center_line + signaled.limit_distance > 1 then 1
                else signaled.center_line + signaled.limit_distance
            end as decimal(18, 6)
        ) as upper_limit,
        cast(signaled.baseline_months as int) as baseline_months,

        -- signals
        cast(
            case
                when signaled.is_signal_hidden = 1 then null
                when signaled.side < 0 then 1
                else 0
            end as int
        ) as is_below_center_line,
        cast(case when signaled.is_signal_hidden = 0 then signaled.is_outside_limits end as int)
            as is_outside_limits,
        cast(case when signaled.is_signal_hidden = 0 then signaled.is_shift end as int)
            as is_shift,
        cast(case when signaled.is_signal_hidden = 0 then signaled.is_trend end as int)
            as is_trend,
        cast(
            case
                when signaled.is_signal_hidden = 1 then null
                when
                    signaled.is_outside_limits + signaled.is_shift + signaled.is_trend > 0
                    then 1
                else 0
            end as int
        ) as is_signal
    from signaled
    inner join departments
        on signaled.department_key = departments.department_key
)

select * from final
