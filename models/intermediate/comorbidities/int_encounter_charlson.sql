-- The Charlson comorbidity index of each encounter.
--
-- Rule: the sum of the 1987 weights of the comorbidities known at the encounter, a severe form
-- superseding the mild one; 0 when none is known (Charlson et al. 1987, Quan et al. 2005).
with encounters as (
    select encounter_id
    from {{ ref('int_encounters') }}
),

totals as (
    {{ comorbidity_total(
        ref('int_encounter_comorbidities'), 'encounter_id', 'charlson_group', 'charlson_weight',
        'charlson_index'
    ) | indent(4) }}
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
