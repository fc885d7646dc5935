-- For each inpatient stay: does it count as an index admission, and was the patient readmitted?
--
-- Rules, for each window of 7, 30, 60 and 90 days:
--   index admission
--                 discharged alive, not against medical advice, not transferred to another
--                 acute hospital at the end, and followed up for the whole window within the data;
--                 a stay that fails carries its first failing reason, in this order;
--   readmission   the patient's next inpatient stay begins 0 to W calendar days after the discharge
--                 date. Death after discharge is not a readmission. A readmission can itself be
--                 an index admission;
--   null          on a stay that is not an index admission a readmission flag is null, never 0, so
--                 that an average cannot be taken over the wrong stays.
-- All causes count here; which readmissions were unplanned is in int_unplanned_readmissions.
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
        with_next_stay.next_stay_id,
        {{ days_between('with_next_stay.discharged_at', 'with_next_stay.next_admitted_at') }}
            as days_to_next_stay,
        {{ days_between('with_next_stay.discharged_at', 'data_period.follow_up_end_date') }}
            as follow_up_days,
        case
            when dispositions.is_alive = 0 then 'Died'
            when dispositions.is_against_advice = 1 then 'Left against medical advice'
            when dispositions.is_transfer = 1 then 'Transferred to another acute hospital'
        end as disposition_exclusion
    from with_next_stay
    cross join data_period
    left join dispositions
        on with_next_stay.discharge_disposition_code = dispositions.discharge_disposition_code
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
    from followed
),

flagged as (
    select
        {% for window in readmission_windows() %}
            index_exclusion_reason_{{ window }}_days,
            case
                when index_exclusion_reason_{{ window }}_days is null then 1 else 0
            end as is_index_admission_{{ window }}_days,
            case
                when index_exclusion_reason_{{ window }}_days is not null then null
                when days_to_next_stay <= {{ window }} then 1
                else 0
            end as is_readmitted_{{ window }}_days,
        {% endfor %}
        stay_id,
        next_stay_id,
        days_to_next_stay
    from excluded
),

final as (
    select
        -- flags
        {% for window in readmission_windows() %}
            cast(
                index_exclusion_reason_{{ window }}_days as varchar(50)
            ) as index_exclusion_reason_{{ window }}_days,
            cast(
                is_index_admission_{{ window }}_days as int
            ) as is_index_admission_{{ window }}_days,
            cast(is_readmitted_{{ window }}_days as int) as is_readmitted_{{ window }}_days,
        {% endfor %}

        -- the readmission, when there is one in any window
        stay_id,
        case
            when
                1 in (
                    is_readmitted_7_days,
                    is_readmitted_30_days,
                    is_readmitted_60_days,
                    is_readmitted_90_days
                ) then next_stay_id
        end as readmission_stay_id,
        cast(
            case
                when
                    1 in (
                        is_readmitted_7_days,
                        is_readmitted_30_days,
                        is_readmitted_60_days,
                        is_readmitted_90_days
                    ) then days_to_next_stay
            end as int
        ) as days_to_readmission
    from flagged
)

select * from final
