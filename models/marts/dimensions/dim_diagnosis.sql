-- The diagnosis code, with its place in ICD-10-CM, its chronic group and its comorbidity. One row
-- for every code that occurs in the data; a code of an older system (ICD-9-CM) has a description
-- but no place.
--
-- Rule: heart failure and ischemic heart disease are one chronic condition, heart disease. Their
-- trends are not shown apart, because many patients have both.
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

comorbidities as (
    select
        code_system,
        diagnosis_code,
        -- A few ICD-9-CM codes stand for two (404.03): the first by name.
        min(comorbidity) as comorbidity
    from {{ ref('int_comorbidity_codes') }}
    group by
        code_system,
        diagnosis_code
),

final as (
    select
        {{ integer_key(['diagnosis_codes.code_system', 'diagnosis_codes.diagnosis_code']) }}
            as diagnosis_key,
        diagnosis_codes.code_system,
        diagnosis_codes.diagnosis_code,
        diagnosis_codes.short_description,
        cast(coalesce(diagnosis_codes.category_code, 'None') as varchar(10)) as category_code,
        cast(coalesce(diagnosis_codes.category_description, 'None') as varchar(300))
            as category_description,
        cast(diagnosis_codes.chapter_number as int) as chapter_number,
        cast(coalesce(diagnosis_codes.chapter_name, 'None') as varchar(200)) as chapter_name,
        cast(coalesce(diagnosis_codes.chronic_group, 'None') as varchar(50)) as chronic_group,
        cast(
            case
                when diagnosis_codes.chronic_group in ('Heart failure', 'Ischemic heart disease')
                    then 'Heart disease'
                else coalesce(diagnosis_codes.chronic_group, 'None')
            end as varchar(50)
        ) as chronic_condition,
        cast(coalesce(comorbidities.comorbidity, 'None') as varchar(50)) as charlson_category
    from diagnosis_codes
    left join comorbidities
        on
            diagnosis_codes.code_system = comorbidities.code_system
            and diagnosis_codes.diagnosis_code = comorbidities.diagnosis_code

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
        cast('None' as varchar(50)) as chronic_group,
        cast('None' as varchar(50)) as chronic_condition,
        cast('None' as varchar(50)) as charlson_category
)

select * from final
