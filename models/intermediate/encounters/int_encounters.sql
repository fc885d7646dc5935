-- The accepted visits and admissions, with the patient's age.
--
-- Rules: age is in completed years on the day of arrival (here, and not later, so that exact birth
-- dates stay in raw and staging); a disposition code that lost its leading zero gets it back; an
-- encounter that was admitted without a time of admission counts from its arrival; a kind of
-- admission that the contract does not know counts as missing.
with accepted_encounters as (
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
    from {{ ref('int_checked_encounters') }}
    where rejected_by_rule is null
),

accepted_patients as (
    select
        patient_id,
        birth_date,
        updated_at
    from {{ ref('int_checked_patients') }}
    where rejected_by_rule is null
),

final as (
    select
        -- identifiers
        accepted_encounters.encounter_id,
        accepted_encounters.patient_id,
        accepted_encounters.department_id,
        accepted_encounters.provider_id,
        accepted_encounters.payer_id,

        -- attributes
        accepted_encounters.encounter_class,
        {{ known_code('accepted_encounters.admission_type', 'encounters', 'admission_type') }}
            as admission_type,
        accepted_encounters.admission_source,
        {{ disposition_code('accepted_encounters.discharge_disposition') }}
            as discharge_disposition_code,
        cast(
            case accepted_encounters.readmission_indicator
                when 'Y' then 1
                when 'N' then 0
            end as int
        ) as is_flagged_readmission,
        cast(
            {{ age_in_years('accepted_patients.birth_date', 'accepted_encounters.arrived_at') }}
            as int
        ) as age_at_arrival_years,

        -- times
        accepted_encounters.arrived_at,
        accepted_encounters.first_seen_at,
        case
            when accepted_encounters.encounter_class in ('inpatient', 'observation')
                then coalesce(accepted_encounters.admitted_at, accepted_encounters.arrived_at)
            else accepted_encounters.admitted_at
        end as admitted_at,
        accepted_encounters.emergency_departed_at,
        accepted_encounters.discharged_at,
        accepted_encounters.updated_at as source_updated_at,
        accepted_patients.updated_at as patient_updated_at
    from accepted_encounters
    left join accepted_patients
        on accepted_encounters.patient_id = accepted_patients.patient_id
)

select * from final
