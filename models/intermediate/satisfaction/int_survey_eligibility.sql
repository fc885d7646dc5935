-- Whether an encounter belongs to the population that satisfaction is reported for.
--
-- Rule (CMS HCAHPS quality assurance guidelines): 18 or older at admission, discharged alive, at
-- least one night for an inpatient encounter, principal diagnosis not psychiatric, not discharged
-- to hospice. Surveys of other encounters are kept and marked, not dropped. An unknown age or an
-- encounter in progress is not eligible.
with encounters as (
    select
        encounter_id,
        encounter_class,
        discharge_disposition_code,
        age_at_arrival_years,
        discharged_at
    from {{ ref('int_encounters') }}
),

timings as (
    select
        encounter_id,
        nights
    from {{ ref('int_encounter_timings') }}
),

encounter_diagnoses as (
    select
        encounter_id,
        principal_diagnosis_code,
        principal_diagnosis_code_system
    from {{ ref('int_encounter_diagnoses') }}
),

dispositions as (
    select
        discharge_disposition_code,
        is_alive,
        is_hospice
    from {{ ref('discharge_dispositions') }}
),

final as (
    select
        encounters.encounter_id,
        cast(
            case
                when encounters.discharged_at is null then 0
                when coalesce(encounters.age_at_arrival_years, 0) < 18 then 0
                when dispositions.is_alive = 0 then 0
                when dispositions.is_hospice = 1 then 0
                when encounters.encounter_class = 'inpatient' and timings.nights < 1 then 0
                when
                    encounter_diagnoses.principal_diagnosis_code_system = 'ICD-10-CM'
                    and encounter_diagnoses.principal_diagnosis_code like 'F%' then 0
                else 1
            end as int
        ) as is_survey_eligible
    from encounters
    left join timings
        on encounters.encounter_id = timings.encounter_id
    left join encounter_diagnoses
        on encounters.encounter_id = encounter_diagnoses.encounter_id
    left join dispositions
        on encounters.discharge_disposition_code = dispositions.discharge_disposition_code
)

select * from final
