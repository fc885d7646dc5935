-- The first and the last day on which anything happened, in one row.
--
-- Rule: events are arrivals, admissions, discharges, procedures, measurements, charges, claims,
-- payments and surveys, so that the date dimension covers every date key.
with encounters as (
    select
        arrived_at,
        admitted_at,
        discharged_at
    from {{ ref('int_encounters') }}
),

claims as (
    select
        submitted_on,
        adjudicated_on
    from {{ ref('int_checked_claims') }}
    where rejected_by_rule is null
),

payments as (
    select posted_on
    from {{ ref('int_checked_payments') }}
    where rejected_by_rule is null
),

surveys as (
    select
        sent_on,
        returned_on
    from {{ ref('int_checked_surveys') }}
    where rejected_by_rule is null
),

charges as (
    select service_date
    from {{ ref('int_checked_charges') }}
    where rejected_by_rule is null
),

procedures as (
    select performed_at
    from {{ ref('int_checked_procedures') }}
    where rejected_by_rule is null
),

vitals as (
    select measured_at
    from {{ ref('int_checked_vitals') }}
    where rejected_by_rule is null
),

event_dates as (
    {% for column, relation in [
        ('arrived_at', 'encounters'),
        ('admitted_at', 'encounters'),
        ('discharged_at', 'encounters'),
        ('submitted_on', 'claims'),
        ('adjudicated_on', 'claims'),
        ('posted_on', 'payments'),
        ('sent_on', 'surveys'),
        ('returned_on', 'surveys'),
        ('service_date', 'charges'),
        ('performed_at', 'procedures'),
        ('measured_at', 'vitals'),
    ] %}
        select
            cast(min({{ column }}) as date) as first_date,
            cast(max({{ column }}) as date) as last_date
        from {{ relation }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        min(first_date) as first_event_date,
        max(last_date) as last_event_date
    from event_dates
)

select * from final
