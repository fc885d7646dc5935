-- Billed HCPCS and CPT events of MIMIC-IV.
with raw_events as (
    select
        hadm_id,
        chartdate,
        hcpcs_cd,
        seq_num
    from {{ source('mimic', 'hcpcsevents') }}
),

cleaned as (
    select
        {{ raw_text('hadm_id', 50) }} as encounter_id,
        {{ raw_integer('seq_num') }} as sequence,
        {{ raw_code('hcpcs_cd', 20) }} as procedure_code,
        {{ raw_timestamp('chartdate') }} as performed_at,
        {{ unreadable(columns={
            'sequence': {'source': 'seq_num', 'data_type': 'int'},
            'performed_at': {'source': 'chartdate', 'data_type': 'date'},
        }) }}
    from raw_events
),

final as (
    select
        encounter_id,
        sequence,
        procedure_code,
        {{ procedure_code_system('procedure_code') }} as code_system,
        performed_at,
        cast(null as varchar(50)) as provider_id,
        unreadable_column,
        unreadable_value
    from cleaned
)

select * from final
