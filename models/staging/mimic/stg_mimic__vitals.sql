-- Blood pressure from omr and blood glucose from labevents.
--
-- Blood pressure is known by patient and day only: it belongs to the encounter whose days, from
-- arrival to discharge, contain that day (the later one where two do). Measurements outside any
-- encounter, most of them from clinics, are left out, because a measurement of the contract belongs
-- to an encounter. Glucose is that of blood, in mg/dL, with an admission and a number.
with raw_omr as (
    select
        subject_id,
        chartdate,
        seq_num,
        result_name,
        result_value
    from {{ source('mimic', 'omr') }}
),

raw_labevents as (
    select
        labevent_id,
        hadm_id,
        itemid,
        charttime,
        valuenum,
        valueuom
    from {{ source('mimic', 'labevents') }}
),

encounters as (
    select
        encounter_id,
        patient_id,
        arrived_at,
        discharged_at
    from {{ ref('stg_mimic__encounters') }}
),

blood_pressure_results as (
    select
        result_name,
        position_code
    from {{ ref('mimic_blood_pressure_results') }}
),

glucose_items as (
    select cast(itemid as varchar(20)) as itemid
    from {{ ref('mimic_glucose_items') }}
),

blood_pressures as (
    select
        {{ raw_text('raw_omr.subject_id', 50) }} as patient_id,
        {{ raw_date('raw_omr.chartdate') }} as measured_on,
        concat(
            'BP-',
            {{ raw_text('raw_omr.subject_id', 50) }},
            '-',
            {{ raw_text('raw_omr.chartdate', 10) }},
            '-',
            blood_pressure_results.position_code,
            '-',
            {{ raw_text('raw_omr.seq_num', 10) }}
        ) as vital_id,
        {{ raw_text('raw_omr.result_value', 20) }} as result_value,
        {{ position_of("'/'", raw_text('raw_omr.result_value', 20)) }} as slash
    from raw_omr
    inner join blood_pressure_results
        on {{ raw_text('raw_omr.result_name', 100) }} = blood_pressure_results.result_name
),

placed_blood_pressures as (
    select
        blood_pressures.vital_id,
        encounters.encounter_id,
        case
            when cast(encounters.arrived_at as date) = blood_pressures.measured_on
                then encounters.arrived_at
            else cast(blood_pressures.measured_on as {{ dbt.type_timestamp() }})
        end as measured_at,
        case
            when blood_pressures.slash > 1
                then try_cast(
                    substring(blood_pressures.result_value, 1, blood_pressures.slash - 1) as int
                )
        end as systolic_bp,
        case
            when blood_pressures.slash > 1
                then try_cast(
                    substring(blood_pressures.result_value, blood_pressures.slash + 1, 10) as int
                )
        end as diastolic_bp,
        row_number() over (
            partition by blood_pressures.vital_id
            order by encounters.arrived_at desc, encounters.encounter_id asc
        ) as latest_first
    from blood_pressures
    inner join encounters
        on
            blood_pressures.patient_id = encounters.patient_id
            and blood_pressures.measured_on >= cast(encounters.arrived_at as date)
            and blood_pressures.measured_on <= cast(encounters.discharged_at as date)
),

glucoses as (
    select
        concat('LAB-', {{ raw_text('raw_labevents.labevent_id', 40) }}) as vital_id,
        {{ raw_text('raw_labevents.hadm_id', 50) }} as encounter_id,
        {{ raw_timestamp('raw_labevents.charttime') }} as measured_at,
        {{ raw_decimal('raw_labevents.valuenum') }} as glucose
    from raw_labevents
    inner join glucose_items
        on {{ raw_text('raw_labevents.itemid', 20) }} = glucose_items.itemid
    where {{ raw_word('raw_labevents.valueuom', 20) }} = 'mg/dl'
),

final as (
    select
        cast(vital_id as varchar(50)) as vital_id,
        encounter_id,
        measured_at,
        systolic_bp,
        diastolic_bp,
        cast(null as int) as heart_rate,
        cast(null as int) as glucose,
        {{ unreadable() }}
    from placed_blood_pressures
    where
        latest_first = 1
        and systolic_bp is not null
        and diastolic_bp is not null

    union all

    select
        cast(glucoses.vital_id as varchar(50)) as vital_id,
        glucoses.encounter_id,
        glucoses.measured_at,
        cast(null as int) as systolic_bp,
        cast(null as int) as diastolic_bp,
        cast(null as int) as heart_rate,
        cast(floor(glucoses.glucose + 0.5) as int) as glucose,
        {{ unreadable() }}
    from glucoses
    inner join encounters
        on glucoses.encounter_id = encounters.encounter_id
    where glucoses.glucose is not null
)

select * from final
