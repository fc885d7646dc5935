-- Which comorbidities count for each acute stay.
--
-- Rule: those coded at any encounter of the stay, and those known at its first encounter from the
-- look-back before it.
with stay_encounters as (
    select
        stay_id,
        encounter_id
    from {{ ref('int_acute_stay_encounters') }}
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
        stay_encounters.stay_id,
        encounter_comorbidities.comorbidity
    from stay_encounters
    inner join encounter_comorbidities
        on stay_encounters.encounter_id = encounter_comorbidities.encounter_id
    where
        encounter_comorbidities.is_coded_here = 1
        or stay_encounters.encounter_id = stay_encounters.stay_id
    group by
        stay_encounters.stay_id,
        encounter_comorbidities.comorbidity
)

select * from final
