-- Which comorbidities a patient is known to have at each encounter.
--
-- Rule: a comorbidity counts at an encounter when it is coded there, or at an earlier encounter of
-- the patient that arrived at most comorbidity_look_back_days (a variable, 365) calendar days
-- before this one's arrival.
--
-- One pass over each patient's encounters: the latest earlier coding is a running maximum, so that
-- the work grows with the number of encounters and not with its square.
with encounters as (
    select
        encounter_id,
        patient_id,
        arrived_at
    from {{ ref('int_encounters') }}
),

diagnoses as (
    select
        encounter_id,
        code_system,
        diagnosis_code
    from {{ ref('int_checked_diagnoses') }}
    where rejected_by_rule is null
),

comorbidity_codes as (
    select
        code_system,
        diagnosis_code,
        comorbidity
    from {{ ref('int_comorbidity_codes') }}
),

coded_here as (
    select
        encounters.patient_id,
        encounters.encounter_id,
        encounters.arrived_at,
        comorbidity_codes.comorbidity
    from diagnoses
    inner join comorbidity_codes
        on
            diagnoses.code_system = comorbidity_codes.code_system
            and diagnoses.diagnosis_code = comorbidity_codes.diagnosis_code
    inner join encounters
        on diagnoses.encounter_id = encounters.encounter_id
    group by
        encounters.patient_id,
        encounters.encounter_id,
        encounters.arrived_at,
        comorbidity_codes.comorbidity
),

patient_comorbidities as (
    select
        patient_id,
        comorbidity
    from coded_here
    group by
        patient_id,
        comorbidity
),

-- A question (was it coded before?) stands before a coding of the same minute, so that only earlier
-- encounters answer it.
timeline as (
    select
        patient_comorbidities.patient_id,
        patient_comorbidities.comorbidity,
        encounters.encounter_id,
        encounters.arrived_at,
        0 as is_coding
    from patient_comorbidities
    inner join encounters
        on patient_comorbidities.patient_id = encounters.patient_id

    union all

    select
        patient_id,
        comorbidity,
        encounter_id,
        arrived_at,
        1 as is_coding
    from coded_here
),

answered as (
    select
        encounter_id,
        comorbidity,
        arrived_at,
        is_coding,
        max(case when is_coding = 1 then arrived_at end) over (
            partition by patient_id, comorbidity
            order by arrived_at, is_coding
            rows between unbounded preceding and current row
        ) as last_coded_at
    from timeline
),

known as (
    select
        encounter_id,
        comorbidity,
        is_coding as is_coded_here
    from answered
    where
        is_coding = 1
        or {{ days_between('last_coded_at', 'arrived_at') }}
        <= {{ var('comorbidity_look_back_days') }}
),

final as (
    select
        encounter_id,
        comorbidity,
        cast(max(is_coded_here) as int) as is_coded_here
    from known
    group by
        encounter_id,
        comorbidity
)

select * from final
