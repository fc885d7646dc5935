-- Visits and admissions of the chosen source system, with the patient's age.
--
-- Rules: age is in completed years on the day of arrival (here, and not later, so that exact birth
-- dates stay in raw and staging); a disposition code that lost its leading zero gets it back; an
-- encounter that was admitted without a time of admission counts from its arrival.
with staged_encounters as (
    select
        encounter_id,
        patient_id,
        department_id,
        provider_id,
        payer_id,
        encounter_class,
        admission_type,
        admission_source,
        arrived_at,
        first_seen_at,
        admitted_at,
        emergency_departed_at,
        discharged_at,
        discharge_disposition,
        readmission_indicator,
        updated_at
    from {{ staged('encounters') }}
),

staged_patients as (
    select
        patient_id,
        birth_date,
        updated_at
    from {{ staged('patients') }}
),

final as (
    select
        -- identifiers
        staged_encounters.encounter_id,
        staged_encounters.patient_id,
        staged_encounters.department_id,
        staged_encounters.provider_id,
        staged_encounters.payer_id,

        -- attributes
        staged_encounters.encounter_class,
        staged_encounters.admission_type,
        staged_encounters.admission_source,
        cast(
            case
                when len(staged_encounters.discharge_disposition) = 1
                    then concat('0', staged_encounters.discharge_disposition)
                else staged_encounters.discharge_disposition
            end as varchar(10)
        ) as discharge_disposition_code,
        cast(
            case staged_encounters.readmission_indicator when 'Y' then 1 when 'N' then 0 end as int
        ) as is_flagged_readmission,
        cast(
            {{ age_in_years('staged_patients.birth_date', 'staged_encounters.arrived_at') }} as int
        ) as age_at_arrival_years,

        -- times
        staged_encounters.arrived_at,
        staged_encounters.first_seen_at,
        case
            when staged_encounters.encounter_class in ('inpatient', 'observation')
                then coalesce(staged_encounters.admitted_at, staged_encounters.arrived_at)
            else staged_encounters.admitted_at
        end as admitted_at,
        staged_encounters.emergency_departed_at,
        staged_encounters.discharged_at,
        staged_encounters.updated_at as source_updated_at,
        staged_patients.updated_at as patient_updated_at
    from staged_encounters
    left join staged_patients
        on staged_encounters.patient_id = staged_patients.patient_id
)

select * from final
