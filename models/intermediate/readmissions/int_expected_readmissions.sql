-- How likely a 30-day readmission was for each index admission, judging by stays of the same kind.
--
-- Rule: indirect standardization. The expected probability is the observed 30-day all-cause rate of
-- the cell age group x Charlson band x urgency over the whole data; where a cell holds fewer than
-- expected_minimum_cell_stays (a variable, 20) index admissions, that of age group x Charlson band,
-- then of the age group, then of all. Null on stays that are not index admissions for 30 days. The
-- sum over all index admissions is the observed number of readmissions where no cell had to be
-- pooled.
with stays as (
    select
        stay_id,
        admission_type,
        age_at_arrival_years
    from {{ ref('int_acute_stays') }}
),

readmissions as (
    select
        stay_id,
        is_readmitted_30_days
    from {{ ref('int_readmissions') }}
    where is_readmitted_30_days is not null
),

stay_comorbidities as (
    select
        stay_id,
        charlson_band
    from {{ ref('int_stay_comorbidities') }}
),

age_groups as (
    select
        age_group,
        minimum_age_years,
        maximum_age_years
    from {{ ref('age_groups') }}
),

index_admissions as (
    select
        readmissions.stay_id,
        cast(readmissions.is_readmitted_30_days as decimal(18, 8)) as readmitted,
        coalesce(age_groups.age_group, 'Unknown') as age_group,
        stay_comorbidities.charlson_band,
        case
            when stays.admission_type in ('emergency', 'urgent', 'trauma') then 1 else 0
        end as is_urgent
    from readmissions
    inner join stays
        on readmissions.stay_id = stays.stay_id
    inner join stay_comorbidities
        on readmissions.stay_id = stay_comorbidities.stay_id
    left join age_groups
        on
            stays.age_at_arrival_years
            between age_groups.minimum_age_years and age_groups.maximum_age_years
),

celled as (
    select
        stay_id,
        count(*) over (partition by age_group, charlson_band, is_urgent) as cell_stays,
        avg(readmitted) over (partition by age_group, charlson_band, is_urgent) as cell_rate,
        count(*) over (partition by age_group, charlson_band) as band_stays,
        avg(readmitted) over (partition by age_group, charlson_band) as band_rate,
        count(*) over (partition by age_group) as age_stays,
        avg(readmitted) over (partition by age_group) as age_rate,
        avg(readmitted) over () as overall_rate
    from index_admissions
),

final as (
    select
        stay_id,
        cast(
            case
                when cell_stays >= {{ var('expected_minimum_cell_stays') }} then cell_rate
                when band_stays >= {{ var('expected_minimum_cell_stays') }} then band_rate
                when age_stays >= {{ var('expected_minimum_cell_stays') }} then age_rate
                else overall_rate
            end as decimal(9, 6)
        ) as expected_probability_30_days
    from celled
)

select * from final
