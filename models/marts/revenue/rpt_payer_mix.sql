-- Who pays: encounters, patients, net revenue and denials by category of insurance.
--
-- Rules: a patient counts once, with the payer of the latest encounter; net revenue is the allowed
-- amount of adjudicated claims, by the claim's own payer; the denial rate is claims denied in whole
-- or in part at first / adjudicated claims, by count and by dollars billed. A category's figures
-- are not shown where its patients, encounters or claims are a small cell, nor its denials where
-- those are, nor what they could be worked out from, as the rates add up to 100%: see
-- hide_small_cells.
with encounters as (
    select payer_key
    from {{ ref('fct_encounters') }}
),

patients as (
    select latest_payer_category as payer_category
    from {{ ref('dim_patient') }}
    where latest_payer_category is not null
),

claims as (
    select
        payer_key,
        is_adjudicated,
        is_denied,
        billed_amount,
        allowed_amount,
        denied_amount,
        days_to_payment
    from {{ ref('fct_revenue') }}
),

payers as (
    select
        payer_key,
        payer_category,
        is_insured
    from {{ ref('dim_payer') }}
),

category_encounters as (
    select
        payers.payer_category,
        count(*) as encounters
    from encounters
    inner join payers
        on encounters.payer_key = payers.payer_key
    group by payers.payer_category
),

category_patients as (
    select
        payer_category,
        count(*) as patients
    from patients
    group by payer_category
),

category_claims as (
    select
        payers.payer_category,
        sum(claims.is_adjudicated) as adjudicated_claims,
        sum(claims.is_denied) as denied_claims,
        sum(case when claims.is_adjudicated = 1 then claims.billed_amount end)
            as adjudicated_billed_amount,
        sum(claims.denied_amount) as denied_amount,
        sum(case when claims.is_adjudicated = 1 then claims.allowed_amount end)
            as net_revenue_amount,
        count(claims.days_to_payment) as paid_claims,
        avg(cast(claims.days_to_payment as decimal(18, 4))) as mean_days_to_payment
    from claims
    inner join payers
        on claims.payer_key = payers.payer_key
    group by payers.payer_category
),

categories as (
    select
        payer_category,
        max(is_insured) as is_insured
    from payers
    group by payer_category
),

joined as (
    select
        categories.payer_category,
        categories.is_insured,
        coalesce(category_encounters.encounters, 0) as encounters,
        coalesce(category_patients.patients, 0) as patients,
        coalesce(category_claims.adjudicated_claims, 0) as adjudicated_claims,
        coalesce(category_claims.denied_claims, 0) as denied_claims,
        category_claims.adjudicated_billed_amount,
        category_claims.denied_amount,
        coalesce(category_claims.net_revenue_amount, 0) as net_revenue_amount,
        category_claims.paid_claims,
        category_claims.mean_days_to_payment
    from categories
    left join category_encounters
        on categories.payer_category = category_encounters.payer_category
    left join category_patients
        on categories.payer_category = category_patients.payer_category
    left join category_claims
        on categories.payer_category = category_claims.payer_category
),

{{ hide_small_cells(
    'joined',
    'marked',
    {
        'category': ['patients', 'encounters', 'adjudicated_claims'],
        'denials': ['denied_claims', '(adjudicated_claims - denied_claims)'],
    },
    key='payer_category',
) }},

shared as (
    select
        *,
        sum(encounters) over () as all_encounters,
        sum(patients) over () as all_patients,
        sum(net_revenue_amount) over () as all_net_revenue_amount
    from marked
),

final as (
    select
        -- key
        payer_category,
        cast(is_insured as int) as is_insured,

        -- counts
        {%- set category = ['is_hidden_category'] %}
        {%- set denials = ['is_hidden_category', 'is_hidden_denials'] %}
        cast({{ unless_hidden('encounters', category) }} as int) as encounters,
        cast({{ unless_hidden('patients', category) }} as int) as patients,
        cast({{ unless_hidden('adjudicated_claims', category) }} as int) as adjudicated_claims,

        -- shares
        cast({{ unless_hidden(ratio('encounters', 'all_encounters'), category) }} as decimal(9, 6))
            as encounter_share,
        cast({{ unless_hidden(ratio('patients', 'all_patients'), category) }} as decimal(9, 6))
            as patient_share,
        cast(
            {{ unless_hidden(ratio('net_revenue_amount', 'all_net_revenue_amount'), category) }}
            as decimal(9, 6)
        ) as net_revenue_share,

        -- money
        cast({{ unless_hidden('net_revenue_amount', category) }} as decimal(18, 2))
            as net_revenue_amount,
        cast(
            {{ unless_hidden(ratio('net_revenue_amount', 'patients'), category) }}
            as decimal(18, 2)
        ) as net_revenue_per_patient_amount,
        cast(
            {{ unless_hidden(ratio('denied_claims', 'adjudicated_claims'), denials) }}
            as decimal(9, 6)
        ) as denial_rate,
        cast(
            {{ unless_hidden(ratio('denied_amount', 'adjudicated_billed_amount'), denials) }}
            as decimal(9, 6)
        ) as denied_billed_share,
        cast(
            {{ unless_hidden(unless_small('mean_days_to_payment', 'paid_claims'), category) }}
            as decimal(9, 2)
        ) as mean_days_to_payment
    from shared
)

select * from final
