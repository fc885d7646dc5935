-- For each inpatient stay: was its readmission unplanned, and does it count in the HWR-like rate?
--
-- Rules, for each window of 7, 30, 60 and 90 days:
--   unplanned     the patient was readmitted (int_readmissions), and the readmission is not planned
--                 (int_planned_stays). Where the first following stay is planned, no later one
--                 counts as unplanned;
--   HWR-like     index admissions and unplanned readmissions of the population of
--                 int_hwr_population: after CMS's hospital-wide measure, but unadjusted and with
--                 small code lists;
--   null          on a stay that is not an index admission of the rate the flag is null, never 0.
with readmissions as (
    select
        {% for window in readmission_windows() %}
            is_index_admission_{{ window }}_days,
            is_readmitted_{{ window }}_days,
        {% endfor %}
        stay_id,
        readmission_stay_id
    from {{ ref('int_readmissions') }}
),

planned_stays as (
    select
        stay_id,
        is_planned
    from {{ ref('int_planned_stays') }}
),

hwr_population as (
    select
        stay_id,
        hwr_exclusion_reason
    from {{ ref('int_hwr_population') }}
),

unplanned as (
    select
        {% for window in readmission_windows() %}
            readmissions.is_index_admission_{{ window }}_days,
            case
                when readmissions.is_readmitted_{{ window }}_days is null then null
                when planned_stays.is_planned = 1 then 0
                else readmissions.is_readmitted_{{ window }}_days
            end as is_readmitted_unplanned_{{ window }}_days,
        {% endfor %}
        readmissions.stay_id,
        hwr_population.hwr_exclusion_reason
    from readmissions
    inner join hwr_population
        on readmissions.stay_id = hwr_population.stay_id
    left join planned_stays
        on readmissions.readmission_stay_id = planned_stays.stay_id
),

final as (
    select
        {% for window in readmission_windows() %}
            cast(
                is_readmitted_unplanned_{{ window }}_days as int
            ) as is_readmitted_unplanned_{{ window }}_days,
            cast(
                case
                    when hwr_exclusion_reason is not null then 0
                    else is_index_admission_{{ window }}_days
                end as int
            ) as is_hwr_index_admission_{{ window }}_days,
            cast(
                case
                    when hwr_exclusion_reason is not null then null
                    else is_readmitted_unplanned_{{ window }}_days
                end as int
            ) as is_hwr_readmitted_{{ window }}_days,
        {% endfor %}
        stay_id,
        hwr_exclusion_reason
    from unplanned
)

select * from final
