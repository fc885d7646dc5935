-- One row per department and day, from the first to the last arrival in the data.
--
-- Rules: the census is that of int_midnight_census; occupancy is census / staffed beds as
-- department_beds_history knows them for that day, null for departments without beds; emergency
-- arrivals and those who left without being seen count on the day of arrival.
with midnight_census as (
    select
        department_id,
        calendar_date,
        arrivals,
        admissions,
        discharges,
        midnight_census
    from {{ ref('int_midnight_census') }}
),

beds_history as (
    select
        department_id,
        staffed_beds,
        valid_from_date,
        valid_before_date
    from {{ ref('int_department_beds') }}
),

emergency as (
    select
        department_key,
        arrival_date_key,
        sum(is_emergency_arrival) as emergency_arrivals,
        sum(is_left_without_being_seen) as left_without_being_seen
    from {{ ref('fct_encounters') }}
    group by
        department_key,
        arrival_date_key
),

keyed as (
    select
        {{ integer_key(['midnight_census.department_id']) }} as department_key,
        {{ date_key('midnight_census.calendar_date') }} as date_key,
        midnight_census.arrivals,
        midnight_census.admissions,
        midnight_census.discharges,
        midnight_census.midnight_census,
        beds_history.staffed_beds
    from midnight_census
    left join beds_history
        on
            midnight_census.department_id = beds_history.department_id
            and (
                beds_history.valid_from_date is null
                or midnight_census.calendar_date >= beds_history.valid_from_date
            )
            and (
                beds_history.valid_before_date is null
                or midnight_census.calendar_date < beds_history.valid_before_date
            )
),

final as (
    select
        -- keys
        keyed.department_key,
        keyed.date_key,

        -- measures
        keyed.arrivals,
        cast(coalesce(emergency.emergency_arrivals, 0) as int) as emergency_arrivals,
        cast(coalesce(emergency.left_without_being_seen, 0) as int) as left_without_being_seen,
        keyed.admissions,
        keyed.discharges,
        keyed.midnight_census,
        keyed.staffed_beds,
        cast({{ ratio('keyed.midnight_census', 'keyed.staffed_beds') }} as decimal(9, 6))
            as occupancy
    from keyed
    left join emergency
        on
            keyed.department_key = emergency.department_key
            and keyed.date_key = emergency.arrival_date_key
)

select * from final
