-- What is still owed on each claim, and for how long, on the last day of the data.
--
-- Rules: a claim is a receivable while its outstanding amount (allowed minus posted payments) is
-- above zero; it ages from the discharge of its encounter, or from its submission where that is
-- unknown (HFMA MAP Keys, aged A/R); buckets of 30 days up to 120.
with claims as (
    select
        claim_id,
        encounter_id,
        submitted_on,
        allowed_amount
    from {{ ref('int_checked_claims') }}
    where rejected_by_rule is null
),

claim_payments as (
    select
        claim_id,
        payer_paid_amount,
        patient_paid_amount
    from {{ ref('int_claim_payments') }}
),

encounters as (
    select
        encounter_id,
        discharged_at
    from {{ ref('int_encounters') }}
),

event_period as (
    select last_event_date
    from {{ ref('int_event_period') }}
),

owed as (
    select
        claims.claim_id,
        claims.allowed_amount
        - claim_payments.payer_paid_amount
        - claim_payments.patient_paid_amount as outstanding_amount,
        {{ days_between(
            'coalesce(cast(encounters.discharged_at as date), claims.submitted_on)',
            'event_period.last_event_date'
        ) }} as days_outstanding
    from claims
    inner join claim_payments
        on claims.claim_id = claim_payments.claim_id
    left join encounters
        on claims.encounter_id = encounters.encounter_id
    cross join event_period
),

final as (
    select
        claim_id,
        cast(outstanding_amount as decimal(18, 2)) as outstanding_amount,
        cast(case when outstanding_amount > 0 then days_outstanding end as int)
            as days_outstanding,
        cast(
            case
                when outstanding_amount is null or outstanding_amount <= 0 then null
                when days_outstanding <= 30 then '0-30'
                when days_outstanding <= 60 then '31-60'
                when days_outstanding <= 90 then '61-90'
                when days_outstanding <= 120 then '91-120'
                else '121+'
            end as varchar(10)
        ) as aging_bucket
    from owed
)

select * from final
