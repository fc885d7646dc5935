-- The patient, without direct identifiers.
--
-- Rules: ages of 90 and more are pooled (45 CFR 164.514(b)): such a patient gets the band 90+ and
-- the birth year of someone who is 90; the age band is that on the last day of the data, or at
-- death.
with patients as (
    select
        patient_id,
        sex,
        race,
        ethnicity,
        state,
        zip3,
        birth_year,
        age_years,
        is_deceased,
        aged_on_date
    from {{ ref('int_patients') }}
),

chronic_conditions as (
    select
        patient_id,
        has_diabetes,
        has_heart_failure,
        has_ischemic_heart_disease,
        has_hypertension,
        has_copd,
        has_asthma,
        has_chronic_kidney_disease,
        has_cancer
    from {{ ref('int_patient_chronic_conditions') }}
),

coverage as (
    select
        patient_id,
        payer_id
    from {{ ref('int_patient_coverage') }}
),

payers as (
    select
        payer_id,
        payer_category,
        is_insured
    from {{ ref('int_payers') }}
),

age_groups as (
    select
        age_group,
        age_band,
        minimum_age_years,
        maximum_age_years
    from {{ ref('age_groups') }}
),

final as (
    select
        -- key
        {{ integer_key(['patients.patient_id']) }} as patient_key,

        -- attributes
        cast(
            case
                when patients.age_years >= 90 then year(patients.aged_on_date) - 90
                else patients.birth_year
            end as int
        ) as birth_year,
        cast(coalesce(age_groups.age_band, 'Unknown') as varchar(20)) as current_age_band,
        cast(coalesce(age_groups.age_group, 'Unknown') as varchar(20)) as current_age_group,
        patients.sex,
        patients.race,
        patients.ethnicity,
        patients.state,
        patients.zip3,
        cast(
            case
                when coverage.patient_id is not null
                    then coalesce(payers.payer_category, 'Unknown')
            end as varchar(50)
        ) as latest_payer_category,

        -- flags
        cast(coalesce(chronic_conditions.has_diabetes, 0) as int) as has_diabetes,
        cast(coalesce(chronic_conditions.has_heart_failure, 0) as int) as has_heart_failure,
        cast(coalesce(chronic_conditions.has_ischemic_heart_disease, 0) as int)
            as has_ischemic_heart_disease,
        cast(coalesce(chronic_conditions.has_hypertension, 0) as int) as has_hypertension,
        cast(coalesce(chronic_conditions.has_copd, 0) as int) as has_copd,
        cast(coalesce(chronic_conditions.has_asthma, 0) as int) as has_asthma,
        cast(coalesce(chronic_conditions.has_chronic_kidney_disease, 0) as int)
            as has_chronic_kidney_disease,
        cast(coalesce(chronic_conditions.has_cancer, 0) as int) as has_cancer,
        patients.is_deceased,
        cast(payers.is_insured as int) as is_insured_at_latest_encounter
    from patients
    left join chronic_conditions
        on patients.patient_id = chronic_conditions.patient_id
    left join coverage
        on {{ is_same_key('patients.patient_id', 'coverage.patient_id') }}
    left join payers
        on {{ is_same_key('coverage.payer_id', 'payers.payer_id') }}
    left join age_groups
        on patients.age_years between age_groups.minimum_age_years and age_groups.maximum_age_years

    union all

    select
        cast(-1 as bigint) as patient_key,
        cast(null as int) as birth_year,
        cast('Unknown' as varchar(20)) as current_age_band,
        cast('Unknown' as varchar(20)) as current_age_group,
        cast('U' as varchar(1)) as sex,
        cast('Unknown' as varchar(100)) as race,
        cast('Unknown' as varchar(100)) as ethnicity,
        cast(null as varchar(50)) as state,
        cast(null as varchar(3)) as zip3,
        cast(null as varchar(50)) as latest_payer_category,
        cast(null as int) as has_diabetes,
        cast(null as int) as has_heart_failure,
        cast(null as int) as has_ischemic_heart_disease,
        cast(null as int) as has_hypertension,
        cast(null as int) as has_copd,
        cast(null as int) as has_asthma,
        cast(null as int) as has_chronic_kidney_disease,
        cast(null as int) as has_cancer,
        cast(null as int) as is_deceased,
        cast(null as int) as is_insured_at_latest_encounter
)

select * from final
