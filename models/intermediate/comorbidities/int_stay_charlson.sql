-- The Charlson comorbidity index of each acute stay, and its band.
--
-- Rule: the same weights as for an encounter (int_encounter_charlson), over the comorbidities that
-- count for the stay. Bands: 0, 1-2, 3-4, 5 and more.
with stays as (
    select stay_id
    from {{ ref('int_acute_stays') }}
),

totals as (
    {{ comorbidity_total(
        ref('int_stay_comorbidities'), 'stay_id', 'charlson_group', 'charlson_weight',
        'charlson_index'
    ) | indent(4) }}
),

scored as (
    select
        stays.stay_id,
        cast(coalesce(totals.charlson_index, 0) as int) as charlson_index
    from stays
    left join totals
        on stays.stay_id = totals.stay_id
),

final as (
    select
        stay_id,
        charlson_index,
        {{ charlson_band('charlson_index') }} as charlson_band
    from scored
)

select * from final
