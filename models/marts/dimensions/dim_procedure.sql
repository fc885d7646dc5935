-- The procedure code. CPT is the AMA's: labels and groups are this project's own words, for the
-- codes in the reference seed procedure_labels; other codes show only themselves.
with procedures as (
    select
        code_system,
        procedure_code
    from {{ ref('int_checked_procedures') }}
    where
        rejected_by_rule is null
        and procedure_code is not null
),

charges as (
    select procedure_code
    from {{ ref('int_checked_charges') }}
    where
        rejected_by_rule is null
        and procedure_code is not null
),

occurring as (
    select
        code_system,
        procedure_code
    from procedures

    union

    -- A charge line names a code without its system: five digits are CPT.
    select
        {{ procedure_code_system('procedure_code') }} as code_system,
        procedure_code
    from charges
),

labels as (
    select
        procedure_code,
        procedure_label,
        procedure_group,
        is_surgery
    from {{ ref('procedure_labels') }}
),

final as (
    select
        {{ integer_key(['occurring.code_system', 'occurring.procedure_code']) }} as procedure_key,
        occurring.code_system,
        occurring.procedure_code,
        cast(
            coalesce(
                labels.procedure_label,
                concat(occurring.code_system, ' ', occurring.procedure_code)
            ) as varchar(200)
        ) as procedure_label,
        cast(coalesce(labels.procedure_group, 'Other') as varchar(50)) as procedure_group,
        cast(labels.is_surgery as int) as is_surgery
    from occurring
    left join labels
        on occurring.procedure_code = labels.procedure_code

    union all

    select
        cast(-1 as bigint) as procedure_key,
        cast('Unknown' as varchar(20)) as code_system,
        cast('Unknown' as varchar(20)) as procedure_code,
        cast('Unknown' as varchar(200)) as procedure_label,
        cast('Unknown' as varchar(50)) as procedure_group,
        cast(null as int) as is_surgery
)

select * from final
