-- Persons as delivered, with their direct identifiers: this layer and raw are the only ones that
-- hold them.
with raw_patients as (
    select
        patient_id,
        first_name,
        last_name,
        birth_date,
        death_date,
        sex,
        race,
        ethnicity,
        address_line,
        city,
        state,
        zip_code,
        phone,
        email,
        updated_at
    from {{ raw_emr('patients') }}
),

final as (
    select
        {{ raw_text('patient_id', 50) }} as patient_id,
        {{ raw_text('first_name', 100) }} as first_name,
        {{ raw_text('last_name', 100) }} as last_name,
        {{ raw_date('birth_date') }} as birth_date,
        {{ raw_date('death_date') }} as death_date,
        {{ raw_code('sex', 10) }} as sex,
        {{ raw_text('race', 100) }} as race,
        {{ raw_text('ethnicity', 100) }} as ethnicity,
        {{ raw_text('address_line', 200) }} as address_line,
        {{ raw_text('city', 100) }} as city,
        {{ raw_code('state', 50) }} as state,
        {{ raw_text('zip_code', 20) }} as zip_code,
        {{ raw_text('phone', 50) }} as phone,
        {{ raw_text('email', 200) }} as email,
        {{ raw_timestamp('updated_at') }} as updated_at,
        {{ unreadable('patients') }}
    from raw_patients
)

select * from final
