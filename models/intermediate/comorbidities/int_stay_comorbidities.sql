-- Which comorbidities count for each acute stay.
--
-- Rule: those coded at any encounter of the stay, and those known at its first encounter from the
-- look-back before it.
with stay_encounters as (
    select
        encounter_id,
        patient_id,
        stay_number
    from {{ ref('int_acute_stay_encounters') }}
),

stays as (
    select
        stay_id,
        patient_id,
        stay_number
    from {{ ref('int_acute_stays') }}
),

encounter_comorbidities as (
    select
        encounter_id,
        comorbidity,
        is_coded_here
    from {{ ref('int_encounter_comorbidities') }}
),

final as (
    select
        stays.stay_id,
        encounter_comorbidities.comorbidity
    from stays
    inner join stay_encounters
        on
            stays.patient_id = stay_encounters.patient_id
            and stays.stay_number = stay_encounters.stay_number
    inner join encounter_comorbidities
        on stay_encounters.encounter_id = encounter_comorbidities.encounter_id
    where
        encounter_comorbidities.is_coded_here = 1
        or stay_encounters.encounter_id = stays.stay_id
    group by
        stays.stay_id,
        encounter_comorbidities.comorbidity
)

select * from final
