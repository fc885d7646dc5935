-- Sets of vital signs as delivered, each row with the rule that it breaks, if any
-- (contract/tables/vitals.yml lists the rules in the order in which they count).
--
-- Impossible: outside what was ever measured in a living person. Blood pressure 370/360 mmHg under
-- load (Narloch 1995), 480 heart beats per minute (Chhabra 2012), glucose 2,656 mg/dL.
with vitals as (
    select *
    from {{ staged('vitals') }}
),

encounters as (
    select
        encounter_id,
        arrived_at,
        discharged_at
    from {{ ref('int_checked_encounters') }}
    where rejected_by_rule is null
),

extract_end as (
    select extract_end_date
    from {{ ref('int_extract_end') }}
),

tested as (
    select
        vitals.*,
        extract_end.extract_end_date,
        case when encounters.encounter_id is null then 1 else 0 end as encounter_id__orphan,
        case when vitals.measured_at is null then 1 else 0 end as measured_at__missing_value,
        case
            when vitals.systolic_bp not between 30 and 370 then 1
            else 0
        end as systolic_bp__impossible_vital_sign,
        case
            when
                vitals.diastolic_bp not between 10 and 360
                or vitals.diastolic_bp > vitals.systolic_bp
                then 1
            else 0
        end as diastolic_bp__impossible_vital_sign,
        case
            when vitals.heart_rate not between 10 and 480 then 1
            else 0
        end as heart_rate__impossible_vital_sign,
        case
            when vitals.glucose not between 1 and 2656 then 1
            else 0
        end as glucose__impossible_vital_sign,
        case
            when
                {{ is_outside_encounter('vitals.measured_at') }}
                then 1
            else 0
        end as measured_at__outside_its_encounter
    from vitals
    left join encounters
        on {{ is_same_key('vitals.encounter_id', 'encounters.encounter_id') }}
    cross join extract_end
),

judged as (
    select
        *,
        {{ first_broken_rule('vitals', ['stop', 'quarantine']) }} as broken_rule,
        {{ first_broken_rule('vitals', ['flag']) }} as flagged_by_rule
    from tested
),

counted as (
    select
        *,
        {{ copy_number('vitals') }} as copy_number
    from judged
),

verdicts as (
    select
        *,
        cast(
            case
                when broken_rule is null and copy_number > 1 then 'vital_id duplicate key'
                else broken_rule
            end as varchar(100)
        ) as rejected_by_rule
    from counted
),

final as (
    select
        {{ checked_columns('vitals') }},
        rejected_by_rule,
        flagged_by_rule,
        {{ offending_value('vitals') }} as offending_value
    from verdicts
)

select * from final
