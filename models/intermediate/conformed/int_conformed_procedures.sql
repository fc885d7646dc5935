-- Coded procedures of the chosen source system.
with accepted_procedures as (
    select
        encounter_id,
        sequence,
        procedure_code,
        code_system,
        performed_at,
        provider_id
    from {{ ref('int_checked_procedures') }}
    where rejected_by_rule is null
),

final as (
    select
        encounter_id,
        sequence,
        procedure_code,
        code_system,
        performed_at,
        provider_id
    from accepted_procedures
)

select * from final
