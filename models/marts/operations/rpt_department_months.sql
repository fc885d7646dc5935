-- Each department's month, ready to read: volume, length of stay, occupancy, waits, those who left,
-- boarding.
--
-- Rules: encounters, waits and boarding count in the month of arrival, lengths of stay in the month
-- of discharge (sum / discharges of inpatient encounters); occupancy is the mean of the days'
-- occupancies, peak census the highest midnight; the share who left without being seen is of
-- emergency arrivals; a month is complete when the data cover all its days. Means over fewer than
-- smallest_cell encounters are not shown, nor are counts that are a small cell; of emergency
-- arrivals neither they nor the others may be one, of census and occupancy the patients in a bed.
with daily_census as (
    select
        department_key,
        date_key,
        arrivals,
        emergency_arrivals,
        left_without_being_seen,
        admissions,
        discharges,
        midnight_census,
        occupancy
    from {{ ref('fct_daily_census') }}
),

days as (
    select
        date_key,
        calendar_date,
        year_month_sort,
        calendar_year,
        month_number
    from {{ ref('dim_date') }}
),

departments as (
    select
        department_key,
        department_name
    from {{ ref('dim_department') }}
),

encounters as (
    select
        department_key,
        patient_key,
        arrival_date_key,
        admission_date_key,
        discharge_date_key,
        encounter_class,
        length_of_stay_days,
        wait_minutes,
        boarding_minutes
    from {{ ref('fct_encounters') }}
),

month_lengths as (
    select
        year_month_sort,
        min(date_key) as month_start_date_key,
        count(*) as days_in_month
    from days
    group by year_month_sort
),

census_months as (
    select
        daily_census.department_key,
        days.year_month_sort,
        days.calendar_year,
        days.month_number,
        count(*) as days_covered,
        sum(daily_census.arrivals) as encounters,
        sum(daily_census.emergency_arrivals) as emergency_arrivals,
        sum(daily_census.left_without_being_seen) as left_without_being_seen,
        sum(daily_census.admissions) as admissions,
        sum(daily_census.discharges) as discharges,
        avg(cast(daily_census.midnight_census as decimal(18, 4))) as mean_midnight_census,
        max(daily_census.midnight_census) as peak_midnight_census,
        avg(daily_census.occupancy) as mean_occupancy
    from daily_census
    inner join days
        on daily_census.date_key = days.date_key
    group by
        daily_census.department_key,
        days.year_month_sort,
        days.calendar_year,
        days.month_number
),

census_days as (
    select
        daily_census.department_key,
        days.year_month_sort,
        min(daily_census.date_key) as first_date_key,
        max(daily_census.date_key) as last_date_key
    from daily_census
    inner join days
        on daily_census.date_key = days.date_key
    group by
        daily_census.department_key,
        days.year_month_sort
),

arrival_months as (
    select
        encounters.department_key,
        days.year_month_sort,
        count(encounters.wait_minutes) as waits,
        avg(cast(encounters.wait_minutes as decimal(18, 4))) as mean_wait_minutes,
        count(encounters.boarding_minutes) as boardings,
        avg(cast(encounters.boarding_minutes as decimal(18, 4))) as mean_boarding_minutes
    from encounters
    inner join days
        on encounters.arrival_date_key = days.date_key
    group by
        encounters.department_key,
        days.year_month_sort
),

discharge_months as (
    select
        encounters.department_key,
        days.year_month_sort,
        count(encounters.length_of_stay_days) as stays,
        avg(cast(encounters.length_of_stay_days as decimal(18, 4))) as average_length_of_stay_days
    from encounters
    inner join days
        on encounters.discharge_date_key = days.date_key
    where encounters.encounter_class = 'inpatient'
    group by
        encounters.department_key,
        days.year_month_sort
),

-- Patients who spent a night of the month.
inpatient_months as (
    select
        encounters.department_key,
        census_days.year_month_sort,
        count(distinct encounters.patient_key) as inpatients
    from encounters
    inner join census_days
        on
            encounters.department_key = census_days.department_key
            and encounters.admission_date_key <= census_days.last_date_key
            and (
                encounters.discharge_date_key > census_days.first_date_key
                or encounters.discharge_date_key is null
            )
            and (
                encounters.discharge_date_key > encounters.admission_date_key
                or encounters.discharge_date_key is null
            )
    where encounters.encounter_class = 'inpatient'
    group by
        encounters.department_key,
        census_days.year_month_sort
),

final as (
    select
        -- keys
        census_months.department_key,
        month_lengths.month_start_date_key,
        departments.department_name,
        cast(census_months.calendar_year as int) as calendar_year,
        cast(census_months.month_number as int) as month_number,

        -- volume
        cast(census_months.days_covered as int) as days_covered,
        cast(
            case
                when census_months.days_covered = month_lengths.days_in_month then 1
                else 0
            end as int
        ) as is_complete_month,
        cast({{ shown_count('census_months.encounters') }} as int) as encounters,
        cast(
            case
                when not {{ is_small_cell('census_months.encounters') }}
                    then {{ ratio('census_months.encounters', 'census_months.days_covered') }}
            end as decimal(18, 4)
        ) as encounters_per_day,
        cast({{ shown_count('census_months.admissions') }} as int) as admissions,
        cast({{ shown_count('census_months.discharges') }} as int) as discharges,
        cast(
            {{ unless_small(
                'discharge_months.average_length_of_stay_days', 'discharge_months.stays'
            ) }} as decimal(9, 2)
        ) as average_length_of_stay_days,

        -- beds
        cast(
            case
                when not {{ is_small_cell('coalesce(inpatient_months.inpatients, 0)') }}
                    then census_months.mean_midnight_census
            end as decimal(18, 4)
        ) as mean_midnight_census,
        cast({{ shown_count('census_months.peak_midnight_census') }} as int)
            as peak_midnight_census,
        cast(
            case
                when not {{ is_small_cell('coalesce(inpatient_months.inpatients, 0)') }}
                    then census_months.mean_occupancy
            end as decimal(9, 6)
        ) as mean_occupancy,

        -- emergency department
        cast(
            case
                when
                    not {{ is_small_cell('census_months.emergency_arrivals') }}
                    and not {{ is_small_cell(
                        '(census_months.encounters - census_months.emergency_arrivals)'
                    ) }}
                    then census_months.emergency_arrivals
            end as int
        ) as emergency_arrivals,
        cast(
            {{ unless_small(
                ratio('census_months.left_without_being_seen', 'census_months.emergency_arrivals'),
                'census_months.emergency_arrivals',
                'census_months.left_without_being_seen',
            ) }} as decimal(9, 6)
        ) as left_without_being_seen_share,
        cast(
            {{ unless_small('arrival_months.mean_wait_minutes', 'arrival_months.waits') }}
            as decimal(9, 2)
        ) as mean_wait_minutes,
        cast(
            {{ unless_small('arrival_months.mean_boarding_minutes', 'arrival_months.boardings') }}
            as decimal(9, 2)
        ) as mean_boarding_minutes
    from census_months
    inner join month_lengths
        on census_months.year_month_sort = month_lengths.year_month_sort
    inner join departments
        on census_months.department_key = departments.department_key
    left join arrival_months
        on
            census_months.department_key = arrival_months.department_key
            and census_months.year_month_sort = arrival_months.year_month_sort
    left join inpatient_months
        on
            census_months.department_key = inpatient_months.department_key
            and census_months.year_month_sort = inpatient_months.year_month_sort
    left join discharge_months
        on
            census_months.department_key = discharge_months.department_key
            and census_months.year_month_sort = discharge_months.year_month_sort
)

select * from final
