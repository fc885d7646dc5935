-- One row per coded procedure of an encounter.
with refreshed as (
    {{ encounters_to_refresh() }}
),

procedures as (
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

procedure_codes as (
    select
        procedure_key,
        code_system,
        procedure_code,
        is_surgery
    from {{ ref('dim_procedure') }}
),

encounter_keys as (
    select
        encounter_id,
        encounter_key,
        patient_key,
        age_group_key,
        department_key
    from {{ ref('fct_encounters') }}
),

final as (
    select
        -- keys
        {{ integer_key(['procedures.encounter_id', 'procedures.sequence']) }}
            as encounter_procedure_key,
        encounter_keys.encounter_key,
        encounter_keys.patient_key,
        encounter_keys.age_group_key,
        encounter_keys.department_key,
        {{ integer_key(['procedures.provider_id']) }} as provider_key,
        coalesce(procedure_codes.procedure_key, cast(-1 as bigint)) as procedure_key,
        {{ date_key('procedures.performed_at') }} as procedure_date_key,

        -- attributes
        procedures.sequence,
        procedures.performed_at,
        procedure_codes.is_surgery,

        -- nightly run
        refreshed.source_version
    from procedures
    left join procedure_codes
        on
            procedures.code_system = procedure_codes.code_system
            and procedures.procedure_code = procedure_codes.procedure_code
    inner join encounter_keys
        on procedures.encounter_id = encounter_keys.encounter_id
    inner join refreshed
        on procedures.encounter_id = refreshed.encounter_id
)

select * from final
