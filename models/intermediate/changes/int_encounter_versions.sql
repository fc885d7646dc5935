-- Which version of each encounter the source delivers. The nightly run rebuilds the rows of an
-- encounter where its version is not the one that they were built from
-- (macros/nightly_run.sql).
--
-- Rule: a version stands for everything that the rows may depend on: when the source last changed
-- the patient, which encounters the patient has and when each was last changed (a new, corrected
-- or deleted visit changes returns and comorbidities of the others), what the history says of the
-- coverage and the beds at the time, how many of an encounter's lines are rejected (one that was
-- may be accepted now because its payer is delivered again), and the rules and look-up tables
-- of this project. Where the source does not say when it changed the patient or an encounter, the
-- version is null, and the patient's rows are rewritten every night.
with encounters as (
    select
        encounter_id,
        patient_id,
        cast(arrived_at as date) as arrival_date,
        cast(
            case when discharged_at > arrived_at then discharged_at else arrived_at end as date
        ) as last_event_date,
        source_updated_at,
        patient_updated_at
    from {{ ref('int_encounters') }}
),

encounter_history as (
    select
        encounter_id,
        coverage_payer_id,
        staffed_beds_at_arrival
    from {{ ref('int_encounter_history') }}
),

rejected_lines as (
    select encounter_id
    from {{ ref('int_checked_diagnoses') }}
    where rejected_by_rule is not null

    union all

    select encounter_id
    from {{ ref('int_checked_procedures') }}
    where rejected_by_rule is not null

    union all

    select encounter_id
    from {{ ref('int_checked_vitals') }}
    where rejected_by_rule is not null

    union all

    select encounter_id
    from {{ ref('int_checked_charges') }}
    where rejected_by_rule is not null

    union all

    select encounter_id
    from {{ ref('int_checked_claims') }}
    where rejected_by_rule is not null

    union all

    select encounter_id
    from {{ ref('int_checked_surveys') }}
    where rejected_by_rule is not null
),

rejected_counts as (
    select
        {{ exactly('encounter_id') }} as encounter_id,
        count(*) as rejected_count
    from rejected_lines
    group by {{ exactly('encounter_id') }}
),

hashed as (
    select
        encounters.encounter_id,
        encounters.patient_id,
        encounters.arrival_date,
        encounters.last_event_date,
        encounters.patient_updated_at,
        case
            when encounters.source_updated_at is null then 1
            when encounters.patient_updated_at is null then 1
            else 0
        end as is_without_update_time,
        {{ hash_63_bits(
            "concat(encounters.encounter_id, '|', "
            ~ timestamp_text('encounters.source_updated_at') ~ ", '|', "
            ~ "coalesce(encounter_history.coverage_payer_id, ''), '|', "
            ~ "coalesce(cast(encounter_history.staffed_beds_at_arrival as varchar(20)), ''), '|', "
            ~ "cast(coalesce(rejected_counts.rejected_count, 0) as varchar(20)))"
        ) }} as encounter_hash
    from encounters
    left join encounter_history
        on encounters.encounter_id = encounter_history.encounter_id
    left join rejected_counts
        on {{ is_same_key('encounters.encounter_id', 'rejected_counts.encounter_id') }}
),

-- A sum of hashes is the same in whatever order the encounters come.
summed as (
    select
        encounter_id,
        arrival_date,
        last_event_date,
        max(patient_updated_at) over (partition by patient_id) as patient_updated_at,
        sum(is_without_update_time) over (partition by patient_id) as without_update_time,
        count(encounter_id) over (partition by patient_id) as encounter_count,
        sum(cast(encounter_hash as decimal(38, 0))) over (partition by patient_id) as hash_total
    from hashed
),

final as (
    select
        {{ integer_key(['encounter_id']) }} as encounter_key,
        encounter_id,
        arrival_date,
        last_event_date,
        case
            when without_update_time = 0
                then {{ hash_63_bits(
                    "concat('" ~ rules_fingerprint() ~ "', '|', "
                    ~ timestamp_text('patient_updated_at') ~ ", '|', "
                    ~ "cast(encounter_count as varchar(20)), '|', "
                    ~ "cast(hash_total as varchar(50)))"
                ) }}
        end as source_version
    from summed
)

select * from final
