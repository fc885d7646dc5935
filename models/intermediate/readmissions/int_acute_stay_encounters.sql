-- Which inpatient stay each inpatient encounter belongs to.
--
-- Rule: a patient's inpatient encounters with a discharge, in order of admission (then discharge,
-- then encounter id), are stitched into stays. The next encounter belongs to the stay so far if
--   (a) it starts before the stay's latest discharge (an overlap), or
--   (b) it starts on the same or the next calendar day, and the encounter with the latest discharge
--       ended with a transfer to another acute hospital, or was at another facility, or
--   (c) it starts on the same calendar day at the same facility with the same three-character
--       principal diagnosis.
-- A stay is named after its first encounter (stay_id). CMS treats an admission elsewhere on the
-- same or the next day as a transfer, whatever the disposition code says.
--
-- One pass over each patient's encounters: the latest discharge so far is found by its rank, so
-- that the work grows with the number of encounters and not with its square.
with encounters as (
    select
        encounter_id,
        patient_id,
        department_id,
        discharge_disposition_code,
        admitted_at,
        discharged_at
    from {{ ref('int_encounters') }}
    where
        encounter_class = 'inpatient'
        and discharged_at is not null
),

departments as (
    select
        department_id,
        facility_id
    from {{ ref('int_departments') }}
),

principal_diagnoses as (
    select
        encounter_id,
        diagnosis_code
    from {{ ref('int_checked_diagnoses') }}
    where
        rejected_by_rule is null
        and sequence = 1
),

dispositions as (
    select
        discharge_disposition_code,
        is_transfer
    from {{ ref('discharge_dispositions') }}
),

ordered as (
    select
        encounters.encounter_id,
        encounters.patient_id,
        encounters.admitted_at,
        encounters.discharged_at,
        departments.facility_id,
        substring(principal_diagnoses.diagnosis_code, 1, 3) as principal_category_code,
        coalesce(dispositions.is_transfer, 0) as is_transfer,
        row_number() over (
            partition by encounters.patient_id
            order by encounters.admitted_at, encounters.discharged_at, encounters.encounter_id
        ) as admission_rank,
        row_number() over (
            partition by encounters.patient_id
            order by encounters.discharged_at, encounters.admitted_at, encounters.encounter_id
        ) as discharge_rank
    from encounters
    left join departments
        on {{ is_same_key('encounters.department_id', 'departments.department_id') }}
    left join principal_diagnoses
        on encounters.encounter_id = principal_diagnoses.encounter_id
    left join dispositions
        on encounters.discharge_disposition_code = dispositions.discharge_disposition_code
),

with_latest_discharge as (
    select
        *,
        max(discharge_rank) over (
            partition by patient_id
            order by admission_rank
            rows between unbounded preceding and 1 preceding
        ) as latest_discharge_rank
    from ordered
),

compared as (
    select
        this_encounter.encounter_id,
        this_encounter.patient_id,
        this_encounter.admission_rank,
        this_encounter.discharge_rank,
        case
            when this_encounter.admitted_at < latest.discharged_at then 1 else 0
        end as is_overlap,
        case
            -- the patient's first encounter
            when latest.encounter_id is null then 1
            -- (a)
            when this_encounter.admitted_at < latest.discharged_at then 0
            -- (b)
            when
                {{ days_between('latest.discharged_at', 'this_encounter.admitted_at') }} <= 1
                and (
                    latest.is_transfer = 1
                    or latest.facility_id <> this_encounter.facility_id
                ) then 0
            -- (c)
            when
                {{ days_between('latest.discharged_at', 'this_encounter.admitted_at') }} = 0
                and latest.facility_id = this_encounter.facility_id
                and latest.principal_category_code = this_encounter.principal_category_code then 0
            else 1
        end as starts_stay
    from with_latest_discharge as this_encounter
    left join ordered as latest
        on
            this_encounter.patient_id = latest.patient_id
            and this_encounter.latest_discharge_rank = latest.discharge_rank
),

numbered as (
    select
        *,
        sum(starts_stay) over (
            partition by patient_id
            order by admission_rank
            rows between unbounded preceding and current row
        ) as stay_number
    from compared
),

final as (
    select
        encounter_id,
        min(case when starts_stay = 1 then encounter_id end) over (
            partition by patient_id, stay_number
        ) as stay_id,
        patient_id,
        cast(stay_number as int) as stay_number,
        cast(admission_rank as int) as admission_rank,
        cast(discharge_rank as int) as discharge_rank,
        cast(is_overlap as int) as is_overlap
    from numbered
)

select * from final
