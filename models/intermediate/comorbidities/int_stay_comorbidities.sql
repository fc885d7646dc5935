-- The comorbidities of each inpatient stay, summed up in the Charlson index and in LACE's weight.
--
-- Rules: the comorbidities that count for a stay are those coded at any encounter of the stay, and
-- those known at its first encounter from the look-back before it. Of the forms of one disease only
-- the heaviest counts, so that a severe form supersedes the mild one; the weights of the diseases
-- add up (reference seed comorbidities: the Charlson weights of 1987, and LACE's own). 0 when no
-- comorbidity is known. Charlson bands: 0, 1-2, 3-4, 5 and more.
with stay_encounters as (
    select
        encounter_id,
        stay_id
    from {{ ref('int_acute_stay_encounters') }}
),

encounter_comorbidities as (
    select
        encounter_id,
        comorbidity,
        is_coded_here
    from {{ ref('int_encounter_comorbidities') }}
),

comorbidities as (
    select
        comorbidity,
        charlson_group,
        charlson_weight,
        lace_group,
        lace_points
    from {{ ref('comorbidities') }}
),

stays as (
    select stay_id
    from stay_encounters
    group by stay_id
),

counting as (
    select
        stay_encounters.stay_id,
        comorbidities.charlson_group,
        comorbidities.charlson_weight,
        comorbidities.lace_group,
        comorbidities.lace_points
    from stay_encounters
    inner join encounter_comorbidities
        on stay_encounters.encounter_id = encounter_comorbidities.encounter_id
    inner join comorbidities
        on encounter_comorbidities.comorbidity = comorbidities.comorbidity
    where
        encounter_comorbidities.is_coded_here = 1
        or stay_encounters.encounter_id = stay_encounters.stay_id
),

charlson_groups as (
    select
        stay_id,
        charlson_group,
        max(charlson_weight) as weight
    from counting
    group by
        stay_id,
        charlson_group
),

charlson as (
    select
        stay_id,
        sum(weight) as charlson_index
    from charlson_groups
    group by stay_id
),

lace_groups as (
    select
        stay_id,
        lace_group,
        max(lace_points) as weight
    from counting
    group by
        stay_id,
        lace_group
),

lace as (
    select
        stay_id,
        sum(weight) as lace_comorbidity_weight
    from lace_groups
    group by stay_id
),

final as (
    select
        stays.stay_id,
        cast(coalesce(charlson.charlson_index, 0) as int) as charlson_index,
        cast(
            case
                when coalesce(charlson.charlson_index, 0) = 0 then '0'
                when charlson.charlson_index <= 2 then '1-2'
                when charlson.charlson_index <= 4 then '3-4'
                else '5+'
            end as varchar(5)
        ) as charlson_band,
        cast(coalesce(lace.lace_comorbidity_weight, 0) as int) as lace_comorbidity_weight
    from stays
    left join charlson
        on stays.stay_id = charlson.stay_id
    left join lace
        on stays.stay_id = lace.stay_id
)

select * from final
