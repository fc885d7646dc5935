-- Net revenue per patient by department and age group.
--
-- Rules: net revenue of the adjudicated claims of the group's encounters / distinct patients with
-- an encounter in the group; a patient who passes a birthday counts in both age groups. Rank 1
-- has the highest revenue in the age group. Figures on fewer than smallest_cell patients are not
-- shown.
with encounters as (
    select
        patient_key,
        department_key,
        age_group_key,
        net_revenue_amount
    from {{ ref('fct_encounters') }}
),

departments as (
    select
        department_key,
        department_name
    from {{ ref('dim_department') }}
),

age_groups as (
    select
        age_group_key,
        age_group
    from {{ ref('dim_age_group') }}
),

grouped as (
    select
        encounters.department_key,
        departments.department_name,
        age_groups.age_group,
        count(distinct encounters.patient_key) as patients,
        coalesce(sum(encounters.net_revenue_amount), 0) as net_revenue_amount
    from encounters
    inner join departments
        on encounters.department_key = departments.department_key
    inner join age_groups
        on encounters.age_group_key = age_groups.age_group_key
    group by
        encounters.department_key,
        departments.department_name,
        age_groups.age_group
),

shown as (
    select
        department_key,
        department_name,
        age_group,
        cast({{ unless_small('patients', 'patients') }} as int) as patients,
        cast({{ unless_small('net_revenue_amount', 'patients') }} as decimal(18, 2))
            as net_revenue_amount,
        cast(
            {{ unless_small(ratio('net_revenue_amount', 'patients'), 'patients') }}
            as decimal(18, 2)
        ) as net_revenue_per_patient_amount
    from grouped
),

final as (
    select
        department_key,
        department_name,
        age_group,
        patients,
        net_revenue_amount,
        net_revenue_per_patient_amount,
        cast(
            case
                when net_revenue_per_patient_amount is null then null
                else rank() over (
                    partition by age_group
                    order by coalesce(net_revenue_per_patient_amount, -1) desc
                )
            end as int
        ) as rank_in_age_group
    from shown
)

select * from final
