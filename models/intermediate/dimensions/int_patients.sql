-- The patients without direct identifiers: no name, address or contact, the birth date reduced to a
-- year and an age, the ZIP code to its first three digits.
--
-- Rules: age is in completed years on the last day of the data, or at death; a three-digit ZIP
-- whose area has fewer than 20,000 people, or that is unreadable, becomes 000 (45 CFR 164.514(b)).
with accepted_patients as (
    select
        patient_id,
        birth_date,
        death_date,
        sex,
        race,
        ethnicity,
        state,
        zip_code
    from {{ ref('int_checked_patients') }}
    where rejected_by_rule is null
),

data_period as (
    select last_arrival_date
    from {{ ref('int_data_period') }}
),

restricted_zip3_areas as (
    select zip3
    from {{ ref('restricted_zip3_areas') }}
),

aged as (
    select
        accepted_patients.patient_id,
        accepted_patients.birth_date,
        accepted_patients.death_date,
        accepted_patients.sex,
        accepted_patients.race,
        accepted_patients.ethnicity,
        accepted_patients.state,
        substring(accepted_patients.zip_code, 1, 3) as zip3,
        case
            when accepted_patients.death_date < data_period.last_arrival_date
                then accepted_patients.death_date
            else data_period.last_arrival_date
        end as aged_on
    from accepted_patients
    cross join data_period
),

final as (
    select
        -- identifiers
        aged.patient_id,

        -- attributes
        cast(
            case when aged.sex in ('F', 'M', 'X') then aged.sex else 'U' end as varchar(1)
        ) as sex,
        cast(coalesce(aged.race, 'Unknown') as varchar(100)) as race,
        cast(coalesce(aged.ethnicity, 'Unknown') as varchar(100)) as ethnicity,
        aged.state,
        cast(
            case
                when aged.zip3 is null then null
                when restricted_zip3_areas.zip3 is not null then '000'
                when
                    substring(aged.zip3, 1, 1) between '0' and '9'
                    and substring(aged.zip3, 2, 1) between '0' and '9'
                    and substring(aged.zip3, 3, 1) between '0' and '9'
                    then aged.zip3
                else '000'
            end as varchar(3)
        ) as zip3,
        cast(year(aged.birth_date) as int) as birth_year,
        cast({{ age_in_years('aged.birth_date', 'aged.aged_on') }} as int) as age_years,
        cast(case when aged.death_date is null then 0 else 1 end as int) as is_deceased,
        aged.aged_on as aged_on_date
    from aged
    left join restricted_zip3_areas
        on aged.zip3 = restricted_zip3_areas.zip3
)

select * from final
