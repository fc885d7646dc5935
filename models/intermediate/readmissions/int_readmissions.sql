-- For each acute stay: does it count as an index admission, and was the patient readmitted, for
-- whatever cause?
--
-- Rules, for each window of 7, 30, 60 and 90 days:
--   index admission
--                 discharged alive, not against medical advice, not transferred to another
--                 acute hospital at the end, and followed up for the whole window within the data;
--                 a stay that fails carries its first failing reason, in this order;
--   readmission   the patient's first following acute stay begins 0 to W calendar days after the
--                 discharge date. Death after discharge is none. A readmission can itself be an
--                 index admission;
--   null          on a stay that is not an index admission a readmission flag is null, never 0, so
--                 that an average cannot be taken over the wrong stays.
with stays as (
    select
        stay_id,
        patient_id,
        stay_number,
        discharge_disposition_code,
        admitted_at,
        discharged_at
    from {{ ref('int_acute_stays') }}
),

dispositions as (
    select
        discharge_disposition_code,
        is_alive,
        is_transfer,
        is_against_advice
    from {{ ref('discharge_dispositions') }}
),

data_period as (
    select follow_up_end_date
    from {{ ref('int_data_period') }}
),

with_next_stay as (
    select
        stay_id,
        discharge_disposition_code,
        discharged_at,
        lead(stay_id) over (partition by patient_id order by stay_number) as next_stay_id,
        lead(admitted_at) over (partition by patient_id order by stay_number) as next_admitted_at
    from stays
),

followed as (
    select
        with_next_stay.stay_id,
        with_next_stay.discharge_disposition_code,
        with_next_stay.next_stay_id,
        {{ days_between('with_next_stay.discharged_at', 'with_next_stay.next_admitted_at') }}
            as days_to_next_stay,
        {{ days_between('with_next_stay.discharged_at', 'data_period.follow_up_end_date') }}
            as follow_up_days
    from with_next_stay
    cross join data_period
),

judged as (
    select
        followed.stay_id,
        followed.next_stay_id,
        followed.days_to_next_stay,
        followed.follow_up_days,
        case
            when dispositions.is_alive = 0 then 'Died'
            when dispositions.is_against_advice = 1 then 'Left against medical advice'
            when dispositions.is_transfer = 1 then 'Transferred to another acute hospital'
        end as disposition_exclusion
    from followed
    left join dispositions
        on followed.discharge_disposition_code = dispositions.discharge_disposition_code
),

excluded as (
    select
        {% for window in readmission_windows() %}
            case
                when disposition_exclusion is not null then disposition_exclusion
                when follow_up_days < {{ window }} then 'Follow-up incomplete'
            end as index_exclusion_reason_{{ window }}_days,
        {% endfor %}
        stay_id,
        next_stay_id,
        days_to_next_stay
    from judged
),

final as (
    select
        -- flags
        {% for window in readmission_windows() %}
            cast(
                index_exclusion_reason_{{ window }}_days as varchar(50)
            ) as index_exclusion_reason_{{ window }}_days,
            cast(
                case when index_exclusion_reason_{{ window }}_days is null then 1 else 0 end as int
            ) as is_index_admission_{{ window }}_days,
            cast(
                case
                    when index_exclusion_reason_{{ window }}_days is not null then null
                    when days_to_next_stay <= {{ window }} then 1
                    else 0
                end as int
            ) as is_readmitted_{{ window }}_days,
        {% endfor %}

        -- the readmission, when there is one in any window for which this is an index admission
        stay_id,
        case when {{ is_readmitted_in_any_window() }} then next_stay_id end as readmission_stay_id,
        cast(
            case when {{ is_readmitted_in_any_window() }} then days_to_next_stay end as int
        ) as days_to_readmission
    from excluded
)

select * from final
