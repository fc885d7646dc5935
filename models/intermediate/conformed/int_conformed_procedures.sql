-- Coded procedures of the chosen source system.
with staged_procedures as (
    select
        encounter_id,
        sequence,
        procedure_code,
        code_system,
        performed_at,
        provider_id
    from {{ staged('procedures') }}
),

final as (
    select
        encounter_id,
        sequence,
        procedure_code,
        code_system,
        performed_at,
        provider_id
    from staged_procedures
)

select * from final
