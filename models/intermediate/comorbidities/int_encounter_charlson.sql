-- The Charlson comorbidity index of each encounter.
--
-- Rule: the sum of the 1987 weights of the comorbidities known at the encounter; of the forms of
-- one disease only the heaviest counts, so that a severe form supersedes the mild one; 0 when none
-- is known (Charlson et al. 1987, Quan et al. 2005).
with encounters as (
    select encounter_id
    from {{ ref('int_encounters') }}
),

encounter_comorbidities as (
    select
        encounter_id,
        comorbidity
    from {{ ref('int_encounter_comorbidities') }}
),

comorbidities as (
    select
        comorbidity,
        charlson_group,
        charlson_weight
    from {{ ref('comorbidities') }}
),

charlson_groups as (
    select
        encounter_comorbidities.encounter_id,
        comorbidities.charlson_group,
        max(comorbidities.charlson_weight) as weight
    from encounter_comorbidities
    inner join comorbidities
        on encounter_comorbidities.comorbidity = comorbidities.comorbidity
    group by
        encounter_comorbidities.encounter_id,
        comorbidities.charlson_group
),

totals as (
    select
        encounter_id,
        sum(weight) as charlson_index
    from charlson_groups
    group by encounter_id
),

final as (
    select
        encounters.encounter_id,
        cast(coalesce(totals.charlson_index, 0) as int) as charlson_index
    from encounters
    left join totals
        on encounters.encounter_id = totals.encounter_id
)

select * from final
