-- The patient's overall rating of each encounter.
--
-- Rule: where an encounter was surveyed more than once, the mean of the returned ratings.
with surveys as (
    select
        encounter_id,
        overall_rating
    from {{ ref('int_checked_surveys') }}
    where
        rejected_by_rule is null
        and returned_on is not null
),

final as (
    select
        encounter_id,
        cast(avg(cast(overall_rating as decimal(9, 4))) as decimal(9, 2)) as overall_rating
    from surveys
    group by encounter_id
)

select * from final
