-- Which diagnosis codes that occur in the data stand for which comorbidity.
--
-- Rule: a code belongs to a comorbidity when it begins with one of its prefixes in the reference
-- seed comorbidity_codes (Quan et al. 2005, ICD-10 and enhanced ICD-9-CM). Within one group of
-- forms (mild and severe renal disease) only the longest prefix that fits counts. ICD-9-CM 404.03
-- and its like stand for heart failure and for renal disease.
with occurring as (
    select
        code_system,
        diagnosis_code,
        replace(diagnosis_code, '.', '') as plain_code
    from {{ ref('int_checked_diagnoses') }}
    where
        rejected_by_rule is null
        and diagnosis_code is not null
    group by
        code_system,
        diagnosis_code
),

prefixes as (
    select
        code_system,
        code_prefix,
        comorbidity
    from {{ ref('comorbidity_codes') }}
),

comorbidities as (
    select
        comorbidity,
        charlson_group
    from {{ ref('comorbidities') }}
),

fitting as (
    select
        occurring.code_system,
        occurring.diagnosis_code,
        prefixes.comorbidity,
        comorbidities.charlson_group,
        len(prefixes.code_prefix) as prefix_length
    from occurring
    inner join prefixes
        on
            occurring.code_system = prefixes.code_system
            and occurring.plain_code like concat(prefixes.code_prefix, '%')
    inner join comorbidities
        on prefixes.comorbidity = comorbidities.comorbidity
),

ranked as (
    select
        code_system,
        diagnosis_code,
        comorbidity,
        charlson_group,
        rank() over (
            partition by code_system, diagnosis_code, charlson_group order by prefix_length desc
        ) as longest_first
    from fitting
),

final as (
    select
        code_system,
        diagnosis_code,
        charlson_group,
        comorbidity
    from ranked
    where longest_first = 1
)

select * from final
