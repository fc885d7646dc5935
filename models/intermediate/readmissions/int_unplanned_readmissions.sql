-- For each acute stay: was the readmission unplanned, and does it count in the HWR-like rate?
--
-- Rules, for each window of 7, 30, 60 and 90 days:
--   unplanned     the readmission (int_readmissions) is not planned (int_planned_stays). Where the
--                 first following stay is planned, no later one counts as unplanned;
--   HWR-like      index admissions and unplanned readmissions of the population of
--                 int_hwr_population: after CMS's hospital-wide measure, but unadjusted and with
--                 small code lists;
--   null          a flag is null, never 0, on a stay that is not in its population.
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
        -- flags
        {% for window in readmission_windows() %}
            cast(
                case
                    when is_index_admission_{{ window }}_days = 1
                        then is_readmitted_unplanned_{{ window }}_days
                end as int
            ) as is_readmitted_unplanned_{{ window }}_days,
            cast(
                case
                    when is_index_admission_{{ window }}_days = 1 and hwr_exclusion_reason is null
                        then 1
                    else 0
                end as int
            ) as is_hwr_index_admission_{{ window }}_days,
            cast(
                case
                    when is_index_admission_{{ window }}_days = 1 and hwr_exclusion_reason is null
                        then is_readmitted_unplanned_{{ window }}_days
                end as int
            ) as is_hwr_readmitted_{{ window }}_days,
        {% endfor %}
        hwr_exclusion_reason,
        stay_id
    from unplanned
)

select * from final
