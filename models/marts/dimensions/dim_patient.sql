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
        {% for column in chronic_condition_columns() %}
            {{ column }},
        {% endfor %}
        patient_id
    from {{ ref('int_patient_chronic_conditions') }}
),

latest_payers as (
    select
        patient_id,
        payer_category,
        is_insured
    from {{ ref('int_patient_latest_payer') }}
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
        cast(latest_payers.payer_category as varchar(50)) as latest_payer_category,

        -- flags
        {% for column in chronic_condition_columns() %}
            cast(coalesce(chronic_conditions.{{ column }}, 0) as int) as {{ column }},
        {% endfor %}
        patients.is_deceased,
        cast(latest_payers.is_insured as int) as is_insured_at_latest_encounter
    from patients
    left join chronic_conditions
        on patients.patient_id = chronic_conditions.patient_id
    left join latest_payers
        on {{ is_same_key('patients.patient_id', 'latest_payers.patient_id') }}
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
        {% for column in chronic_condition_columns() %}
            cast(null as int) as {{ column }},
        {% endfor %}
        cast(null as int) as is_deceased,
        cast(null as int) as is_insured_at_latest_encounter
)

select * from final
