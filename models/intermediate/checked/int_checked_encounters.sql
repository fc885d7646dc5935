-- Visits and admissions as delivered, each row with the rule that it breaks, if any
-- (contract/tables/encounters.yml lists the rules in the order in which they count).
--
-- Rule: an inpatient stay that has not ended when the patient's next one begins overlaps it, unless
-- it ends with a transfer to another acute hospital: there the old bed is often closed late.
with encounters as (
    select *
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

tested as (
    select
        encounters.*,
        extract_end.extract_end_date,
        dispositions.is_transfer,
        case when patients.patient_id is null then 1 else 0 end as patient_id__orphan,
        case
            when
                encounters.department_id is not null and departments.department_id is null
                then 1
            else 0
        end as department_id__orphan,
        case
            when encounters.payer_id is not null and payers.payer_id is null then 1
            else 0
        end as payer_id__orphan,
        case
            when encounters.provider_id is not null and providers.provider_id is null then 1
            else 0
        end as provider_id__orphan,
        case when encounters.arrived_at is null then 1 else 0 end as arrived_at__missing_value,
        case
            when encounters.encounter_class is null then 1
            else 0
        end as encounter_class__missing_value,
        case
            when {{ is_unknown_code('encounters', 'encounter_class') }} then 1
            else 0
        end as encounter_class__unknown_code,
        case
            when {{ is_unknown_code('encounters', 'admission_type') }} then 1
            else 0
        end as admission_type__unknown_code,
        case
            when {{ is_unknown_code('encounters', 'readmission_indicator') }} then 1
            else 0
        end as readmission_indicator__unknown_code,
        case
            when
                encounters.discharge_disposition is not null
                and dispositions.discharge_disposition_code is null
                then 1
            else 0
        end as discharge_disposition__unknown_code,
        case
            when cast(encounters.arrived_at as date) < patients.birth_date then 1
            else 0
        end as arrived_at__dates_out_of_order,
        case
            when encounters.first_seen_at < encounters.arrived_at then 1
            else 0
        end as first_seen_at__dates_out_of_order,
        case
            when encounters.admitted_at < encounters.arrived_at then 1
            else 0
        end as admitted_at__dates_out_of_order,
        case
            when
                encounters.discharged_at < encounters.arrived_at
                or encounters.discharged_at < encounters.admitted_at
                then 1
            else 0
        end as discharged_at__dates_out_of_order,
        case
            when encounters.emergency_departed_at < encounters.arrived_at then 1
            else 0
        end as emergency_departed_at__dates_out_of_order,
        case
            when cast(encounters.arrived_at as date) > patients.death_date then 1
            else 0
        end as arrived_at__arrival_after_death
    from encounters
    left join patients
        on {{ is_same_key('encounters.patient_id', 'patients.patient_id') }}
    left join departments
        on {{ is_same_key('encounters.department_id', 'departments.department_id') }}
    left join providers
        on {{ is_same_key('encounters.provider_id', 'providers.provider_id') }}
    left join payers
        on {{ is_same_key('encounters.payer_id', 'payers.payer_id') }}
    left join dispositions
        on
            {{ disposition_code('encounters.discharge_disposition') }}
            = dispositions.discharge_disposition_code
    cross join extract_end
),

judged as (
    select
        *,
        {{ first_broken_rule('encounters', ['stop', 'quarantine']) }} as broken_rule,
        {{ first_broken_rule('encounters', ['flag']) }} as flagging_rule
    from tested
),

counted as (
    select
        *,
        {{ copy_number('encounters') }} as copy_number
    from judged
),

without_copies as (
    select
        *,
        cast(
            case
                when broken_rule is null and copy_number > 1 then 'encounter_id duplicate key'
                else broken_rule
            end as varchar(100)
        ) as rejecting_rule
    from counted
),

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
    from without_copies
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

verdicts as (
    select
        without_copies.*,
        {{ with_last_rule(
            'encounters', 'discharged_at overlapping inpatient stays',
            'overlapping_stays.encounter_id is not null',
            'without_copies.rejecting_rule', ['quarantine', 'stop']
        ) }} as rejected_by_rule,
        {{ with_last_rule(
            'encounters', 'discharged_at overlapping inpatient stays',
            'overlapping_stays.encounter_id is not null',
            'without_copies.flagging_rule', ['flag']
        ) }} as flagged_by_rule
    from without_copies
    left join overlapping_stays
        on without_copies.encounter_id = overlapping_stays.encounter_id
),

final as (
    select
        {{ checked_columns('encounters') }},
        rejected_by_rule,
        flagged_by_rule,
        {{ offending_value('encounters') }} as offending_value
    from verdicts
)

select * from final
