-- Coded procedures as delivered: typed, trimmed, codes in upper case.
with raw_procedures as (
    select
        encounter_id,
        sequence,
        procedure_code,
        code_system,
        performed_at,
        provider_id
    from {{ raw_emr('procedures') }}
),

final as (
    select
        {{ raw_text('encounter_id', 50) }} as encounter_id,
        {{ raw_integer('sequence') }} as sequence,
        {{ raw_code('procedure_code', 20) }} as procedure_code,
        {{ raw_code('code_system', 20) }} as code_system,
        {{ raw_timestamp('performed_at') }} as performed_at,
        {{ raw_text('provider_id', 50) }} as provider_id,
        {{ unreadable('procedures') }}
    from raw_procedures
)

select * from final
