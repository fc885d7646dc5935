-- Code descriptions that the source itself delivers. The extract contract has none: descriptions
-- come from the reference seeds. The model exists so that all source systems look alike.
with final as (
    select
        cast(null as varchar(20)) as code_system,
        cast(null as varchar(20)) as diagnosis_code,
        cast(null as varchar(300)) as short_description
    where 1 = 0
)

select * from final
