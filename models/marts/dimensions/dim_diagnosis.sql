-- The diagnosis code, with its place in ICD-10-CM and its chronic group. One row for every code
-- that occurs in the data; a code of an older system (ICD-9-CM) has a description but no place.
with diagnosis_codes as (
    select
        code_system,
        diagnosis_code,
        short_description,
        category_code,
        category_description,
        chapter_number,
        chapter_name,
        chronic_group
    from {{ ref('int_diagnosis_code_groups') }}
),

final as (
    select
        {{ integer_key(['code_system', 'diagnosis_code']) }} as diagnosis_key,
        code_system,
        diagnosis_code,
        short_description,
        cast(coalesce(category_code, 'None') as varchar(10)) as category_code,
        cast(coalesce(category_description, 'None') as varchar(300)) as category_description,
        cast(chapter_number as int) as chapter_number,
        cast(coalesce(chapter_name, 'None') as varchar(200)) as chapter_name,
        cast(coalesce(chronic_group, 'None') as varchar(50)) as chronic_group
    from diagnosis_codes

    union all

    select
        cast(-1 as bigint) as diagnosis_key,
        cast('Unknown' as varchar(20)) as code_system,
        cast('Unknown' as varchar(20)) as diagnosis_code,
        cast('Unknown' as varchar(300)) as short_description,
        cast('Unknown' as varchar(10)) as category_code,
        cast('Unknown' as varchar(300)) as category_description,
        cast(null as int) as chapter_number,
        cast('Unknown' as varchar(200)) as chapter_name,
        cast('None' as varchar(50)) as chronic_group
)

select * from final
