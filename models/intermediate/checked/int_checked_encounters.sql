-- Visits and admissions as delivered, each row with the rule that it breaks, if any: the rules are
-- in macros/quality_rules.sql.
--
-- Rule: an inpatient stay that has not ended when the patient's next one begins overlaps it, unless
-- it ends with a transfer to another acute hospital: there the old bed is often closed late.
with staged_encounters as (
    select
        encounter_id,
        patient_id,
        department_id,
        provider_id,
        payer_id,
        encounter_class,
        admission_type,
        admission_source,
        arrived_at,
        first_seen_at,
        admitted_at,
        emergency_departed_at,
        discharged_at,
        discharge_disposition,
        readmission_indicator,
        updated_at,
        unreadable_column,
        unreadable_value
    from {{ staged('encounters') }}
),

patients as (
    select
        patient_id,
        birth_date,
        death_date
    from {{ ref('int_checked_patients') }}
    where rejected_by_rule is null
),

departments as (
    select department_id
    from {{ ref('int_checked_departments') }}
    where rejected_by_rule is null
),

providers as (
    select provider_id
    from {{ ref('int_checked_providers') }}
    where rejected_by_rule is null
),

payers as (
    select payer_id
    from {{ ref('int_checked_payers') }}
    where rejected_by_rule is null
),

dispositions as (
    select
        discharge_disposition_code,
        is_transfer
    from {{ ref('discharge_dispositions') }}
),

extract_end as (
    select extract_end_date
    from {{ ref('int_extract_end') }}
),

in_context as (
    select
        staged_encounters.*,
        patients.patient_id as known_patient_id,
        patients.birth_date,
        patients.death_date,
        departments.department_id as known_department_id,
        providers.provider_id as known_provider_id,
        payers.payer_id as known_payer_id,
        dispositions.discharge_disposition_code as known_disposition_code,
        extract_end.extract_end_date,
        dispositions.is_transfer
    from staged_encounters
    left join patients
        on {{ is_same_key('staged_encounters.patient_id', 'patients.patient_id') }}
    left join departments
        on {{ is_same_key('staged_encounters.department_id', 'departments.department_id') }}
    left join providers
        on {{ is_same_key('staged_encounters.provider_id', 'providers.provider_id') }}
    left join payers
        on {{ is_same_key('staged_encounters.payer_id', 'payers.payer_id') }}
    left join dispositions
        on
            {{ disposition_code('staged_encounters.discharge_disposition') }}
            = dispositions.discharge_disposition_code
    cross join extract_end
),

{{ judge('encounters') }},

stays as (
    select
        encounter_id,
        patient_id,
        admitted_at,
        discharged_at,
        is_transfer,
        row_number() over (
            partition by patient_id
            order by admitted_at, discharged_at, encounter_id
        ) as stay_number
    from judged
    where
        rejecting_rule is null
        and encounter_class = 'inpatient'
        and admitted_at is not null
        and discharged_at is not null
),

-- The stay that begins next decides: one that overlaps a later stay overlaps that one, too.
overlapping_stays as (
    select stays.encounter_id
    from stays
    inner join stays as next_stay
        on
            stays.patient_id = next_stay.patient_id
            and stays.stay_number + 1 = next_stay.stay_number
    where
        next_stay.admitted_at < stays.discharged_at
        and coalesce(stays.is_transfer, 0) = 0
),

final as (
    select
        judged.encounter_id,
        judged.patient_id,
        judged.department_id,
        judged.provider_id,
        judged.payer_id,
        judged.encounter_class,
        judged.admission_type,
        judged.admission_source,
        judged.arrived_at,
        judged.first_seen_at,
        judged.admitted_at,
        judged.emergency_departed_at,
        judged.discharged_at,
        judged.discharge_disposition,
        judged.readmission_indicator,
        judged.updated_at,
        judged.unreadable_value,
        cast({{ with_overlaps('judged.rejecting_rule', ['quarantine', 'stop']) }} as int)
            as rejected_by_rule,
        cast({{ with_overlaps('judged.flagging_rule', ['flag']) }} as int) as flagged_by_rule
    from judged
    left join overlapping_stays
        on judged.encounter_id = overlapping_stays.encounter_id
)

select * from final
