-- The one hospital of MIMIC-IV.
with final as (
    select
        cast('BIDMC' as varchar(50)) as facility_id,
        cast('Beth Israel Deaconess Medical Center' as varchar(200)) as facility_name,
        cast('Boston' as varchar(100)) as city,
        cast('MA' as varchar(50)) as state,
        cast('02215' as varchar(20)) as zip_code,
        {{ unreadable() }}
)

select * from final
