-- Every diagnosis code that occurs in the data or the reference, with its chronic group.
--
-- Rule: a code belongs to a chronic group when its first three characters lie within one of the
-- group's ranges in the reference seed chronic_condition_groups. ICD-10-CM only: older codes have
-- no group here.
with occurring as (
    select
        code_system,
        diagnosis_code
    from {{ ref('int_checked_diagnoses') }}
    where
        rejected_by_rule is null
        and diagnosis_code is not null
    group by
        code_system,
        diagnosis_code
),

delivered_descriptions as (
    select
        code_system,
        diagnosis_code,
        short_description
    from {{ ref('int_delivered_diagnosis_codes') }}
),

reference_codes as (
    select
        diagnosis_code,
        short_description
    from {{ ref('icd10cm_codes') }}
),

reference_categories as (
    select
        category_code,
        category_description
    from {{ ref('icd10cm_categories') }}
),

chapters as (
    select
        chapter_number,
        chapter_name,
        first_category,
        last_category
    from {{ ref('icd10cm_chapters') }}
),

chronic_groups as (
    select
        chronic_group,
        first_category,
        last_category
    from {{ ref('chronic_condition_groups') }}
),

categorized as (
    select
        code_system,
        diagnosis_code,
        case
            when code_system = 'ICD-10-CM' then substring(diagnosis_code, 1, 3)
        end as category_code
    from occurring
),

final as (
    select
        -- identifiers
        categorized.code_system,
        categorized.diagnosis_code,

        -- attributes
        cast(
            coalesce(
                reference_codes.short_description,
                delivered_descriptions.short_description,
                reference_categories.category_description,
                'No description'
            ) as varchar(300)
        ) as short_description,
        cast(categorized.category_code as varchar(3)) as category_code,
        reference_categories.category_description,
        chapters.chapter_number,
        chapters.chapter_name,
        cast(chronic_groups.chronic_group as varchar(50)) as chronic_group
    from categorized
    left join reference_codes
        on
            categorized.diagnosis_code = reference_codes.diagnosis_code
            and categorized.code_system = 'ICD-10-CM'
    left join delivered_descriptions
        on
            categorized.code_system = delivered_descriptions.code_system
            and categorized.diagnosis_code = delivered_descriptions.diagnosis_code
    left join reference_categories
        on categorized.category_code = reference_categories.category_code
    left join chapters
        on categorized.category_code between chapters.first_category and chapters.last_category
    left join chronic_groups
        on
            categorized.category_code
            between chronic_groups.first_category and chronic_groups.last_category
)

select * from final
