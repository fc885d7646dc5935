-- One row per acute inpatient stay, transfers stitched, whether or not it counts as an index
-- admission.
--
-- Rules live in the models that are joined here: int_acute_stay_encounters says which encounters
-- are one stay, int_readmissions which stays are index admissions and which were readmitted,
-- int_planned_stays which were planned, int_unplanned_readmissions which readmissions were not,
-- int_hwr_population which stays belong to the HWR-like population, int_lace,
-- int_stay_comorbidities and int_expected_readmissions what risk the patient carried,
-- int_stay_revenue what the stay earned.
with stays as (
    select
        stay_id,
        patient_id,
        last_encounter_id,
        department_id,
        provider_id,
        payer_id,
        encounter_count,
        is_overlap,
        admission_type,
        age_at_arrival_years,
        is_flagged_readmission,
        discharge_disposition_code,
        principal_diagnosis_code,
        principal_diagnosis_code_system,
        admitted_at,
        discharged_at
    from {{ ref('int_acute_stays') }}
),

readmissions as (
    select
        {% for window in readmission_windows() %}
            index_exclusion_reason_{{ window }}_days,
            is_index_admission_{{ window }}_days,
            is_readmitted_{{ window }}_days,
        {% endfor %}
        stay_id,
        readmission_stay_id,
        days_to_readmission
    from {{ ref('int_readmissions') }}
),

unplanned_readmissions as (
    select
        {% for window in readmission_windows() %}
            is_readmitted_unplanned_{{ window }}_days,
            is_hwr_index_admission_{{ window }}_days,
            is_hwr_readmitted_{{ window }}_days,
        {% endfor %}
        stay_id,
        hwr_exclusion_reason
    from {{ ref('int_unplanned_readmissions') }}
),

planned_stays as (
    select
        stay_id,
        is_planned,
        planned_reason
    from {{ ref('int_planned_stays') }}
),

stay_comorbidities as (
    select
        stay_id,
        charlson_index,
        charlson_band
    from {{ ref('int_stay_comorbidities') }}
),

lace as (
    select
        stay_id,
        lace_length_of_stay_points,
        lace_acuity_points,
        lace_comorbidity_points,
        lace_emergency_visit_points,
        lace_index,
        lace_band
    from {{ ref('int_lace') }}
),

expected_readmissions as (
    select
        stay_id,
        expected_probability_30_days
    from {{ ref('int_expected_readmissions') }}
),

stay_conditions as (
    select
        stay_id,
        has_type_2_diabetes,
        has_chronic_condition
    from {{ ref('int_stay_conditions') }}
),

stay_revenue as (
    select
        stay_id,
        net_revenue_amount
    from {{ ref('int_stay_revenue') }}
),

readmission_stays as (
    select readmission_stay_id as stay_id
    from readmissions
    where is_readmitted_30_days = 1
),

age_groups as (
    select
        age_group_key,
        minimum_age_years,
        maximum_age_years
    from {{ ref('dim_age_group') }}
),

dispositions as (
    select
        discharge_disposition_key,
        discharge_disposition_code
    from {{ ref('dim_discharge_disposition') }}
),

nights as (
    select
        stay_id,
        {{ days_between('admitted_at', 'discharged_at') }} as night_count
    from stays
),

durations as (
    select
        stay_id,
        cast(
            case
                when night_count < {{ var('minimum_length_of_stay_days') }}
                    then {{ var('minimum_length_of_stay_days') }}
                else night_count
            end as int
        ) as length_of_stay_days
    from nights
),

final as (
    select
        -- keys
        {{ integer_key(['stays.stay_id']) }} as stay_key,
        {{ integer_key(['stays.patient_id']) }} as patient_key,
        coalesce(age_groups.age_group_key, cast(-1 as bigint)) as age_group_key,
        {{ integer_key(['stays.department_id']) }} as department_key,
        {{ integer_key(['stays.provider_id']) }} as provider_key,
        {{ integer_key(['stays.payer_id']) }} as payer_key,
        {{ integer_key([
            'stays.principal_diagnosis_code_system', 'stays.principal_diagnosis_code'
        ]) }} as principal_diagnosis_key,
        coalesce(dispositions.discharge_disposition_key, cast(-1 as bigint))
            as discharge_disposition_key,
        {{ date_key('stays.admitted_at') }} as admission_date_key,
        {{ date_key('stays.discharged_at') }} as discharge_date_key,
        {{ integer_key(['stays.stay_id']) }} as first_encounter_key,
        {{ integer_key(['stays.last_encounter_id']) }} as last_encounter_key,
        case
            when readmissions.readmission_stay_id is not null
                then {{ integer_key(['readmissions.readmission_stay_id']) }}
        end as readmission_stay_key,

        -- attributes
        stays.admission_type,
        stays.admitted_at,
        stays.discharged_at,

        -- flags
        stays.is_overlap,
        stays.is_flagged_readmission,
        {% for window in readmission_windows() %}
            readmissions.is_index_admission_{{ window }}_days,
            readmissions.index_exclusion_reason_{{ window }}_days,
            readmissions.is_readmitted_{{ window }}_days,
            unplanned_readmissions.is_readmitted_unplanned_{{ window }}_days,
            unplanned_readmissions.is_hwr_index_admission_{{ window }}_days,
            unplanned_readmissions.is_hwr_readmitted_{{ window }}_days,
        {% endfor %}
        unplanned_readmissions.hwr_exclusion_reason,
        cast(
            case when readmission_stays.stay_id is null then 0 else 1 end as int
        ) as is_readmission_30_days,
        planned_stays.is_planned,
        planned_stays.planned_reason,

        stay_conditions.has_type_2_diabetes,
        stay_conditions.has_chronic_condition,

        -- risk
        stay_comorbidities.charlson_index,
        stay_comorbidities.charlson_band,
        lace.lace_length_of_stay_points,
        lace.lace_acuity_points,
        lace.lace_comorbidity_points,
        lace.lace_emergency_visit_points,
        lace.lace_index,
        lace.lace_band,
        cast(
            case lace.lace_band when 'Low' then 1 when 'Moderate' then 2 else 3 end as int
        ) as lace_band_sort,
        expected_readmissions.expected_probability_30_days,

        -- measures
        stays.encounter_count,
        durations.length_of_stay_days,
        readmissions.days_to_readmission,
        stay_revenue.net_revenue_amount,
        readmission_durations.length_of_stay_days as readmission_length_of_stay_days,
        readmission_revenue.net_revenue_amount as readmission_net_revenue_amount
    from stays
    inner join durations
        on stays.stay_id = durations.stay_id
    inner join readmissions
        on stays.stay_id = readmissions.stay_id
    inner join planned_stays
        on stays.stay_id = planned_stays.stay_id
    inner join unplanned_readmissions
        on stays.stay_id = unplanned_readmissions.stay_id
    inner join stay_comorbidities
        on stays.stay_id = stay_comorbidities.stay_id
    inner join stay_conditions
        on stays.stay_id = stay_conditions.stay_id
    inner join stay_revenue
        on stays.stay_id = stay_revenue.stay_id
    inner join lace
        on stays.stay_id = lace.stay_id
    left join durations as readmission_durations
        on readmissions.readmission_stay_id = readmission_durations.stay_id
    left join stay_revenue as readmission_revenue
        on readmissions.readmission_stay_id = readmission_revenue.stay_id
    left join expected_readmissions
        on stays.stay_id = expected_readmissions.stay_id
    left join readmission_stays
        on stays.stay_id = readmission_stays.stay_id
    left join age_groups
        on
            stays.age_at_arrival_years
            between age_groups.minimum_age_years and age_groups.maximum_age_years
    left join dispositions
        on stays.discharge_disposition_code = dispositions.discharge_disposition_code
)

select * from final
