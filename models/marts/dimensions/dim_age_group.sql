-- Age at the encounter: one row per five-year band. The bands break at 18, so that each belongs to
-- one of the groups Child 0–17, Adult 18–64 and Senior 65+. Ages of 90 and more are pooled.
with age_groups as (
    select
        age_band_sort,
        age_band,
        minimum_age_years,
        maximum_age_years,
        age_group
    from {{ ref('age_groups') }}
),

final as (
    select
        cast(age_band_sort as bigint) as age_group_key,
        cast(age_group as varchar(20)) as age_group,
        cast(
            case age_group when 'Child' then 1 when 'Adult' then 2 when 'Senior' then 3 end as int
        ) as age_group_sort,
        cast(age_band as varchar(20)) as age_band,
        cast(age_band_sort as int) as age_band_sort,
        cast(minimum_age_years as int) as minimum_age_years,
        cast(maximum_age_years as int) as maximum_age_years
    from age_groups

    union all

    select
        cast(-1 as bigint) as age_group_key,
        cast('Unknown' as varchar(20)) as age_group,
        cast(99 as int) as age_group_sort,
        cast('Unknown' as varchar(20)) as age_band,
        cast(99 as int) as age_band_sort,
        cast(null as int) as minimum_age_years,
        cast(null as int) as maximum_age_years
)

select * from final
