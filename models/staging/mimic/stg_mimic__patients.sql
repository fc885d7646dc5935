-- Patients of MIMIC-IV. Only the year of birth is known, as the anchor year minus the age in it, so
-- the birth date is January 1 of that year and ages are right within a year, as MIMIC's own are.
-- Race and ethnicity are in one value of the admission: that of the latest admission is split by
-- the seed mimic_races.
with raw_patients as (
    select
        subject_id,
        gender,
        anchor_age,
        anchor_year,
        dod
    from {{ source('mimic', 'patients') }}
),

raw_admissions as (
    select
        subject_id,
        hadm_id,
        admittime,
        race
    from {{ source('mimic', 'admissions') }}
),

mimic_races as (
    select
        mimic_race,
        race,
        ethnicity
    from {{ ref('mimic_races') }}
),

ranked_races as (
    select
        {{ raw_text('subject_id', 50) }} as patient_id,
        {{ raw_code('race', 100) }} as mimic_race,
        row_number() over (
            partition by subject_id
            order by admittime desc, hadm_id desc
        ) as latest_first
    from raw_admissions
),

cleaned as (
    select
        {{ raw_text('subject_id', 50) }} as patient_id,
        {{ raw_integer('anchor_year') }} - {{ raw_integer('anchor_age') }} as birth_year,
        {{ raw_date('dod') }} as death_date,
        {{ raw_code('gender', 10) }} as sex,
        {{ unreadable(columns={
            'birth_date': {'source': 'anchor_year', 'data_type': 'int', 'identifies': true},
            'death_date': {'source': 'dod', 'data_type': 'date'},
        }) }}
    from raw_patients
),

final as (
    select
        cleaned.patient_id,
        cast(null as varchar(100)) as first_name,
        cast(null as varchar(100)) as last_name,
        try_cast(
            concat(cast(cleaned.birth_year as varchar(4)), '-01-01') as date
        ) as birth_date,
        cleaned.death_date,
        cleaned.sex,
        cast(mimic_races.race as varchar(100)) as race,
        cast(mimic_races.ethnicity as varchar(100)) as ethnicity,
        cast(null as varchar(200)) as address_line,
        cast(null as varchar(100)) as city,
        cast(null as varchar(50)) as state,
        cast(null as varchar(20)) as zip_code,
        cast(null as varchar(50)) as phone,
        cast(null as varchar(200)) as email,
        cast(null as {{ dbt.type_timestamp() }}) as updated_at,
        cleaned.unreadable_column,
        cleaned.unreadable_value
    from cleaned
    left join ranked_races
        on
            cleaned.patient_id = ranked_races.patient_id
            and ranked_races.latest_first = 1
    left join mimic_races
        on ranked_races.mimic_race = mimic_races.mimic_race
)

select * from final
