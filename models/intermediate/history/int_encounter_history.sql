-- What was true when each encounter began: the patient's coverage on record and the department's
-- staffed beds.
--
-- Rules: coverage is that of the version of patient_coverage_history that was valid on arrival;
-- where the history does not reach back that far, the plan of the encounter itself. Beds are those
-- that int_department_beds knows for the day of arrival.
with encounters as (
    select
        encounter_id,
        patient_id,
        department_id,
        payer_id,
        arrived_at
    from {{ ref('int_encounters') }}
),

coverage_history as (
    select
        patient_id,
        payer_id,
        dbt_valid_from,
        dbt_valid_to
    from {{ ref('patient_coverage_history') }}
),

department_beds as (
    select
        department_id,
        staffed_beds,
        valid_from_date,
        valid_before_date
    from {{ ref('int_department_beds') }}
),

-- Where a correction of the source made two versions overlap, the later one holds.
found as (
    select
        encounters.encounter_id,
        coalesce(coverage_history.payer_id, encounters.payer_id) as coverage_payer_id,
        department_beds.staffed_beds as staffed_beds_at_arrival,
        row_number() over (
            partition by encounters.encounter_id
            order by coverage_history.dbt_valid_from desc
        ) as latest_first
    from encounters
    left join coverage_history
        on
            encounters.patient_id = coverage_history.patient_id
            and encounters.arrived_at >= coverage_history.dbt_valid_from
            and (
                coverage_history.dbt_valid_to is null
                or encounters.arrived_at < coverage_history.dbt_valid_to
            )
    left join department_beds
        on
            {{ is_same_key('encounters.department_id', 'department_beds.department_id') }}
            and (
                department_beds.valid_from_date is null
                or cast(encounters.arrived_at as date) >= department_beds.valid_from_date
            )
            and (
                department_beds.valid_before_date is null
                or cast(encounters.arrived_at as date) < department_beds.valid_before_date
            )
),

final as (
    select
        encounter_id,
        coverage_payer_id,
        staffed_beds_at_arrival
    from found
    where latest_first = 1
)

select * from final
