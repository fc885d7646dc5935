-- How an encounter ended: the UB-04 patient status codes, and LWBS for emergency patients who left
-- without being seen.
with dispositions as (
    select
        discharge_disposition_code,
        disposition_label,
        disposition_group,
        is_alive,
        is_transfer,
        is_against_advice,
        is_hospice
    from {{ ref('discharge_dispositions') }}
),

final as (
    select
        {{ integer_key(['discharge_disposition_code']) }} as discharge_disposition_key,
        cast(discharge_disposition_code as varchar(10)) as discharge_disposition_code,
        cast(disposition_label as varchar(100)) as disposition_label,
        cast(disposition_group as varchar(50)) as disposition_group,
        cast(is_alive as int) as is_alive,
        cast(is_transfer as int) as is_transfer,
        cast(is_against_advice as int) as is_against_advice,
        cast(is_hospice as int) as is_hospice
    from dispositions

    union all

    select
        cast(-1 as bigint) as discharge_disposition_key,
        cast(null as varchar(10)) as discharge_disposition_code,
        cast('Unknown or still in hospital' as varchar(100)) as disposition_label,
        cast('Unknown' as varchar(50)) as disposition_group,
        cast(null as int) as is_alive,
        cast(null as int) as is_transfer,
        cast(null as int) as is_against_advice,
        cast(null as int) as is_hospice
)

select * from final
