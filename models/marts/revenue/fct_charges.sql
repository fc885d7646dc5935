-- One row per charge line, at list price.
with refreshed as (
    {{ encounters_to_refresh() }}
),

charges as (
    select
        charge_id,
        encounter_id,
        service_date,
        revenue_category,
        procedure_code,
        quantity,
        charge_amount
    from {{ ref('int_checked_charges') }}
    where rejected_by_rule is null
),

procedure_codes as (
    select
        procedure_key,
        code_system,
        procedure_code
    from {{ ref('dim_procedure') }}
),

encounter_keys as (
    select
        encounter_id,
        encounter_key,
        patient_key,
        age_group_key,
        department_key,
        payer_key
    from {{ ref('fct_encounters') }}
),

final as (
    select
        -- keys
        {{ integer_key(['charges.charge_id']) }} as charge_key,
        encounter_keys.encounter_key,
        encounter_keys.patient_key,
        encounter_keys.age_group_key,
        encounter_keys.department_key,
        encounter_keys.payer_key,
        coalesce(procedure_codes.procedure_key, cast(-1 as bigint)) as procedure_key,
        {{ date_key('charges.service_date') }} as service_date_key,

        -- attributes
        cast(coalesce(charges.revenue_category, 'Unknown') as varchar(100)) as revenue_category,

        -- measures
        charges.quantity,
        charges.charge_amount,

        -- nightly run
        refreshed.source_version
    from charges
    inner join encounter_keys
        on charges.encounter_id = encounter_keys.encounter_id
    inner join refreshed
        on charges.encounter_id = refreshed.encounter_id
    left join procedure_codes
        on
            charges.procedure_code = procedure_codes.procedure_code
            and {{ procedure_code_system('charges.procedure_code') }} = procedure_codes.code_system
)

select * from final
