-- The insurance plan on record for each patient today; the snapshot patient_coverage_history keeps
-- what it was.
--
-- Rule: the plan of the patient's latest encounter by arrival; of encounters that arrived at the
-- same time, that with the highest encounter id.
with encounters as (
    select
        encounter_id,
        patient_id,
        payer_id,
        arrived_at
    from {{ ref('int_encounters') }}
),

ordered as (
    select
        patient_id,
        payer_id,
        arrived_at,
        row_number() over (
            partition by {{ exactly('patient_id') }}
            order by arrived_at desc, {{ exactly('encounter_id') }} desc
        ) as latest_first
    from encounters
),

final as (
    select
        patient_id,
        payer_id,
        arrived_at as known_since_at
    from ordered
    where latest_first = 1
)

select * from final
