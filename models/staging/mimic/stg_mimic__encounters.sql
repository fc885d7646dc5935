-- Admissions of MIMIC-IV, one encounter each.
--
-- The kind of admission gives class and type (seed mimic_admission_types): the four observation
-- kinds are observation, not inpatient. Arrival is the registration in the emergency department
-- where it precedes the admission. The department is the last clinical service, or the last ward
-- where no service is on record. An inpatient death (hospital_expire_flag) is disposition 20
-- whatever the discharge location says; a blank location stays unknown.
with raw_admissions as (
    select
        subject_id,
        hadm_id,
        admittime,
        dischtime,
        admission_type,
        admit_provider_id,
        admission_location,
        discharge_location,
        insurance,
        edregtime,
        edouttime,
        hospital_expire_flag
    from {{ source('mimic', 'admissions') }}
),

raw_services as (
    select
        hadm_id,
        transfertime,
        curr_service
    from {{ source('mimic', 'services') }}
),

raw_transfers as (
    select
        hadm_id,
        intime,
        careunit
    from {{ source('mimic', 'transfers') }}
),

mimic_services as (
    select
        mimic_service,
        department_id
    from {{ ref('mimic_services') }}
),

mimic_careunits as (
    select
        mimic_careunit,
        department_id
    from {{ ref('mimic_careunits') }}
    where department_id is not null
),

mimic_admission_types as (
    select
        mimic_admission_type,
        encounter_class,
        admission_type
    from {{ ref('mimic_admission_types') }}
),

mimic_admission_locations as (
    select
        mimic_admission_location,
        admission_source
    from {{ ref('mimic_admission_locations') }}
),

mimic_discharge_locations as (
    select
        mimic_discharge_location,
        discharge_disposition
    from {{ ref('mimic_discharge_locations') }}
),

mimic_insurances as (
    select
        mimic_insurance,
        payer_id
    from {{ ref('mimic_insurances') }}
),

services as (
    select
        {{ raw_text('raw_services.hadm_id', 50) }} as encounter_id,
        mimic_services.department_id,
        row_number() over (
            partition by raw_services.hadm_id
            order by raw_services.transfertime desc, raw_services.curr_service asc
        ) as latest_first
    from raw_services
    inner join mimic_services
        on {{ raw_code('raw_services.curr_service', 20) }} = mimic_services.mimic_service
),

wards as (
    select
        {{ raw_text('raw_transfers.hadm_id', 50) }} as encounter_id,
        mimic_careunits.department_id,
        row_number() over (
            partition by raw_transfers.hadm_id
            order by raw_transfers.intime desc, raw_transfers.careunit asc
        ) as latest_first
    from raw_transfers
    inner join mimic_careunits
        on {{ raw_text('raw_transfers.careunit', 100) }} = mimic_careunits.mimic_careunit
),

cleaned as (
    select
        {{ raw_text('hadm_id', 50) }} as encounter_id,
        {{ raw_text('subject_id', 50) }} as patient_id,
        {{ raw_text('admit_provider_id', 50) }} as provider_id,
        {{ raw_code('admission_type', 50) }} as mimic_admission_type,
        {{ raw_code('admission_location', 100) }} as mimic_admission_location,
        {{ raw_code('discharge_location', 100) }} as mimic_discharge_location,
        {{ raw_text('insurance', 50) }} as mimic_insurance,
        {{ raw_timestamp('admittime') }} as admitted_at,
        {{ raw_timestamp('edregtime') }} as registered_at,
        {{ raw_timestamp('edouttime') }} as emergency_departed_at,
        {{ raw_timestamp('dischtime') }} as discharged_at,
        {{ raw_integer('hospital_expire_flag') }} as is_in_hospital_death,
        {{ unreadable(columns={
            'admitted_at': {'source': 'admittime', 'data_type': 'timestamp'},
            'arrived_at': {'source': 'edregtime', 'data_type': 'timestamp'},
            'emergency_departed_at': {'source': 'edouttime', 'data_type': 'timestamp'},
            'discharged_at': {'source': 'dischtime', 'data_type': 'timestamp'},
        }) }}
    from raw_admissions
),

final as (
    select
        cleaned.encounter_id,
        cleaned.patient_id,
        cast(
            coalesce(services.department_id, wards.department_id) as varchar(50)
        ) as department_id,
        cleaned.provider_id,
        cast(mimic_insurances.payer_id as varchar(50)) as payer_id,
        cast(mimic_admission_types.encounter_class as varchar(50)) as encounter_class,
        cast(mimic_admission_types.admission_type as varchar(50)) as admission_type,
        cast(mimic_admission_locations.admission_source as varchar(100)) as admission_source,
        case
            when cleaned.registered_at < cleaned.admitted_at then cleaned.registered_at
            else cleaned.admitted_at
        end as arrived_at,
        cast(null as {{ dbt.type_timestamp() }}) as first_seen_at,
        cleaned.admitted_at,
        cleaned.emergency_departed_at,
        cleaned.discharged_at,
        cast(
            case
                when cleaned.is_in_hospital_death = 1 then '20'
                else mimic_discharge_locations.discharge_disposition
            end as varchar(10)
        ) as discharge_disposition,
        cast(null as varchar(10)) as readmission_indicator,
        cast(null as {{ dbt.type_timestamp() }}) as updated_at,
        cleaned.unreadable_column,
        cleaned.unreadable_value
    from cleaned
    left join services
        on
            cleaned.encounter_id = services.encounter_id
            and services.latest_first = 1
    left join wards
        on
            cleaned.encounter_id = wards.encounter_id
            and wards.latest_first = 1
    left join mimic_admission_types
        on cleaned.mimic_admission_type = mimic_admission_types.mimic_admission_type
    left join mimic_admission_locations
        on cleaned.mimic_admission_location = mimic_admission_locations.mimic_admission_location
    left join mimic_discharge_locations
        on cleaned.mimic_discharge_location = mimic_discharge_locations.mimic_discharge_location
    left join mimic_insurances
        on cleaned.mimic_insurance = mimic_insurances.mimic_insurance
)

select * from final
