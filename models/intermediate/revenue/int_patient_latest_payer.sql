-- Who pays for a patient today: the payer of the patient's latest encounter in the data.
--
-- Rule: the latest encounter is the one with the last arrival, and of equal ones the one with the
-- highest encounter id.
with encounters as (
    select
        patient_id,
        payer_id,
        encounter_id,
        arrived_at
    from {{ ref('int_encounters') }}
),

payers as (
    select
        payer_id,
        payer_category,
        is_insured
    from {{ ref('int_payers') }}
),

ordered as (
    select
        patient_id,
        payer_id,
        row_number() over (
            partition by {{ exactly('patient_id') }}
            order by arrived_at desc, {{ exactly('encounter_id') }} desc
        ) as latest_first
    from encounters
),

final as (
    select
        ordered.patient_id,
        coalesce(payers.payer_category, 'Unknown') as payer_category,
        payers.is_insured
    from ordered
    left join payers
        on {{ is_same_key('ordered.payer_id', 'payers.payer_id') }}
    where ordered.latest_first = 1
)

select * from final
