-- Every arrival at the emergency department, whatever became of it.
--
-- Rules: an encounter arrived there when it is of class emergency, when its departure from the
-- emergency department is on record, or when its admission source is one of the reference seed
-- emergency_admission_sources. Where the source system opens a new encounter for the admission, the
-- visit that led to it is the emergency encounter that ended with an admission to this hospital
-- (disposition 09), is followed by an inpatient encounter of the patient, and ended on the day of
-- its arrival or the day before.
with encounters as (
    select
        encounter_id,
        patient_id,
        encounter_class,
        admission_source,
        discharge_disposition_code,
        arrived_at,
        emergency_departed_at,
        discharged_at
    from {{ ref('int_encounters') }}
),

emergency_sources as (
    select upper(admission_source) as admission_source
    from {{ ref('emergency_admission_sources') }}
),

followed as (
    select
        encounter_id,
        lead(encounter_id) over (
            partition by patient_id order by arrived_at, encounter_id
        ) as next_encounter_id,
        lead(encounter_class) over (
            partition by patient_id order by arrived_at, encounter_id
        ) as next_encounter_class,
        lead(arrived_at) over (
            partition by patient_id order by arrived_at, encounter_id
        ) as next_arrived_at
    from encounters
    where encounter_class in ('emergency', 'inpatient')
),

final as (
    select
        encounters.encounter_id,
        encounters.patient_id,
        encounters.encounter_class,
        encounters.arrived_at,
        encounters.discharged_at,
        case
            when
                encounters.encounter_class = 'emergency'
                and encounters.discharge_disposition_code = '09'
                and followed.next_encounter_class = 'inpatient'
                and {{ days_between('encounters.discharged_at', 'followed.next_arrived_at') }}
                between 0 and 1
                then followed.next_encounter_id
        end as led_to_encounter_id
    from encounters
    left join followed
        on encounters.encounter_id = followed.encounter_id
    left join emergency_sources
        on upper(encounters.admission_source) = emergency_sources.admission_source
    where
        encounters.encounter_class = 'emergency'
        or encounters.emergency_departed_at is not null
        or emergency_sources.admission_source is not null
)

select * from final
