-- What is owed on the last day of the data is the sum of what is outstanding on the claims.
with last_day as (
    select outstanding_amount
    from {{ ref('rpt_receivables') }}
    where
        month_end_date_key = (
            select max(receivables.month_end_date_key)
            from {{ ref('rpt_receivables') }} as receivables
        )
),

claims as (
    select coalesce(sum(outstanding_amount), 0) as outstanding_amount
    from {{ ref('fct_revenue') }}
)

select
    last_day.outstanding_amount,
    claims.outstanding_amount as claims_outstanding_amount
from last_day
cross join claims
where last_day.outstanding_amount <> claims.outstanding_amount
