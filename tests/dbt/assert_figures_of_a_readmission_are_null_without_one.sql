-- What a readmission took is null where no window has one, as its columns' descriptions say.
select
    stay_key,
    days_to_readmission,
    readmission_length_of_stay_days,
    readmission_net_revenue_amount
from {{ ref('fct_readmissions') }}
where
    coalesce(is_readmitted_7_days, 0) = 0
    and coalesce(is_readmitted_30_days, 0) = 0
    and coalesce(is_readmitted_60_days, 0) = 0
    and coalesce(is_readmitted_90_days, 0) = 0
    and (
        readmission_stay_key is not null
        or days_to_readmission is not null
        or readmission_length_of_stay_days is not null
        or readmission_net_revenue_amount is not null
    )
