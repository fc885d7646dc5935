-- Question: which adults with type 2 diabetes are readmitted within 60 days, and how sick are they?
--
-- Insight 1 of the executive summary. One row per LACE band: patients with an index admission for
-- 60 days in which E11.9 is coded, how many of them were readmitted, and after how long.
with diabetic_stays as (
    select
        readmissions.patient_key,
        readmissions.lace_band,
        readmissions.is_readmitted_60_days,
        readmissions.days_to_readmission
    from {{ ref('fct_readmissions') }} as readmissions
    inner join {{ ref('dim_age_group') }} as age_groups
        on readmissions.age_group_key = age_groups.age_group_key
    where
        readmissions.has_type_2_diabetes = 1
        and readmissions.is_index_admission_60_days = 1
        and age_groups.age_group = 'Adult'
),

bands as (
    select
        lace_band,
        count(distinct patient_key) as patients,
        count(distinct case when is_readmitted_60_days = 1 then patient_key end)
            as readmitted_patients,
        avg(
            case
                when is_readmitted_60_days = 1 then cast(days_to_readmission as decimal(9, 4))
            end
        ) as mean_days_to_readmission
    from diabetic_stays
    group by lace_band
)

select
    lace_band,
    patients,
    {{ unless_small('readmitted_patients', 'patients') }} as readmitted_patients,
    cast(
        {{ unless_small(ratio('readmitted_patients', 'patients'), 'patients') }} as decimal(9, 4)
    ) as readmitted_share,
    cast({{ unless_small('mean_days_to_readmission', 'patients') }} as decimal(9, 1))
        as mean_days_to_readmission
from bands
order by lace_band
