-- One row per inpatient stay: inpatient encounters stitched by int_acute_stay_encounters.
--
-- Rule: the stay has the admission, the admission type and the age of its first encounter, and the
-- discharge, department, provider, disposition, payer and principal diagnosis of the encounter
-- that was discharged last.
with stay_encounters as (
    select
        encounter_id,
        stay_id,
        patient_id,
        stay_number,
        discharge_rank,
        is_overlap
    from {{ ref('int_acute_stay_encounters') }}
),

encounters as (
    select
        encounter_id,
        department_id,
        provider_id,
        payer_id,
        admission_type,
        discharge_disposition_code,
        is_flagged_readmission,
        age_at_arrival_years,
        admitted_at,
        discharged_at
    from {{ ref('int_encounters') }}
),

encounter_diagnoses as (
    select
        encounter_id,
        principal_diagnosis_code,
        principal_diagnosis_code_system
    from {{ ref('int_encounter_diagnoses') }}
),

stays as (
    select
        stay_id,
        patient_id,
        stay_number,
        max(discharge_rank) as last_discharge_rank,
        count(*) as encounter_count,
        max(is_overlap) as is_overlap
    from stay_encounters
    group by
        stay_id,
        patient_id,
        stay_number
),

final as (
    select
        -- identifiers
        stays.stay_id,
        stays.patient_id,
        last_encounter.encounter_id as last_encounter_id,
        last_encounter.department_id,
        last_encounter.provider_id,
        last_encounter.payer_id,

        -- attributes
        stays.stay_number,
        cast(stays.encounter_count as int) as encounter_count,
        stays.is_overlap,
        first_encounter.admission_type,
        first_encounter.age_at_arrival_years,
        first_encounter.is_flagged_readmission,
        last_encounter.discharge_disposition_code,
        encounter_diagnoses.principal_diagnosis_code,
        encounter_diagnoses.principal_diagnosis_code_system,

        -- times
        first_encounter.admitted_at,
        last_encounter.discharged_at
    from stays
    inner join encounters as first_encounter
        on stays.stay_id = first_encounter.encounter_id
    inner join stay_encounters
        on
            stays.stay_id = stay_encounters.stay_id
            and stays.last_discharge_rank = stay_encounters.discharge_rank
    inner join encounters as last_encounter
        on stay_encounters.encounter_id = last_encounter.encounter_id
    left join encounter_diagnoses
        on last_encounter.encounter_id = encounter_diagnoses.encounter_id
)

select * from final
