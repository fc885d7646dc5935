-- Readmission by department, ready to read: rates, persons, what was to be expected, O/E.
--
-- Rules: a rate is readmitted index admissions / index admissions; the person-level rate is
-- patients with a readmitted index admission / patients with an index admission; O/E is observed /
-- expected 30-day all-cause readmissions with Byar's 95% limits (Breslow & Day 1987). A
-- department's figures are not shown where stays or patients, readmitted or not, are a small cell,
-- nor what they could be worked out from with the row All departments (is_total), the hospital: see
-- hide_small_cells. The same holds of the unplanned and of the HWR-style rate, each by its own
-- counts, and of patients where few have more than one stay.
with stays as (
    select
        department_key,
        patient_key,
        is_index_admission_30_days,
        is_readmitted_30_days,
        is_readmitted_unplanned_30_days,
        is_hwr_index_admission_30_days,
        is_hwr_readmitted_30_days,
        expected_probability_30_days
    from {{ ref('fct_readmissions') }}
),

departments as (
    select
        department_key,
        department_name
    from {{ ref('dim_department') }}
),

scoped as (
    select
        departments.department_key,
        departments.department_name,
        cast(0 as int) as is_total,
        stays.patient_key,
        stays.is_index_admission_30_days,
        stays.is_readmitted_30_days,
        stays.is_readmitted_unplanned_30_days,
        stays.is_hwr_index_admission_30_days,
        stays.is_hwr_readmitted_30_days,
        stays.expected_probability_30_days
    from stays
    inner join departments
        on stays.department_key = departments.department_key

    union all

    select
        cast(null as bigint) as department_key,
        cast('All departments' as varchar(200)) as department_name,
        cast(1 as int) as is_total,
        patient_key,
        is_index_admission_30_days,
        is_readmitted_30_days,
        is_readmitted_unplanned_30_days,
        is_hwr_index_admission_30_days,
        is_hwr_readmitted_30_days,
        expected_probability_30_days
    from stays
),

totals as (
    select
        department_key,
        department_name,
        is_total,
        sum(is_index_admission_30_days) as index_admissions,
        sum(is_readmitted_30_days) as observed,
        sum(is_readmitted_unplanned_30_days) as observed_unplanned,
        sum(is_hwr_index_admission_30_days) as hwr_index_admissions,
        sum(is_hwr_readmitted_30_days) as hwr_observed,
        sum(expected_probability_30_days) as expected,
        count(distinct case when is_index_admission_30_days = 1 then patient_key end)
            as index_patients,
        count(distinct case when is_readmitted_30_days = 1 then patient_key end)
            as readmitted_patients
    from scoped
    group by
        department_key,
        department_name,
        is_total
),

{{ hide_small_cells(
    'totals',
    'marked',
    {
        'readmissions': [
            'observed',
            '(index_admissions - observed)',
            'readmitted_patients',
            '(index_patients - readmitted_patients)',
        ],
        'unplanned': [
            'observed_unplanned',
            '(observed - observed_unplanned)',
            '(index_admissions - observed_unplanned)',
        ],
        'hwr': ['hwr_observed', '(hwr_index_admissions - hwr_observed)'],
        'patients': ['(index_admissions - index_patients)', '(observed - readmitted_patients)'],
    },
    partition_by='is_total',
    key='department_key',
) }},

-- Byar's limits want the counts as floating point.
counted as (
    select
        *,
        cast(observed as {{ type_double() }}) as observed_count,
        cast(expected as {{ type_double() }}) as expected_count
    from marked
),

final as (
    select
        -- key
        department_key,
        department_name,
        is_total,

        -- counts
        {%- set all_cause = ['is_hidden_readmissions'] %}
        {%- set unplanned = ['is_hidden_readmissions', 'is_hidden_unplanned'] %}
        {%- set patients = ['is_hidden_readmissions', 'is_hidden_patients'] %}
        {%- set hwr = ['is_hidden_readmissions', 'is_hidden_hwr'] %}
        cast({{ unless_hidden('index_admissions', all_cause) }} as int) as index_admissions,
        cast({{ unless_hidden('observed', all_cause) }} as int) as readmitted_stays,
        cast({{ unless_hidden('index_patients', patients) }} as int) as index_patients,
        cast({{ unless_hidden('readmitted_patients', patients) }} as int) as readmitted_patients,

        -- rates
        cast({{ unless_hidden(ratio('observed', 'index_admissions'), all_cause) }} as decimal(9, 6))
            as readmission_rate_30_days,
        cast(
            {{ unless_hidden(ratio('observed_unplanned', 'index_admissions'), unplanned) }}
            as decimal(9, 6)
        ) as unplanned_readmission_rate_30_days,
        cast(
            {{ unless_hidden(ratio('hwr_observed', 'hwr_index_admissions'), hwr) }} as decimal(9, 6)
        ) as hwr_style_rate_30_days,
        cast(
            {{ unless_hidden(ratio('readmitted_patients', 'index_patients'), patients) }}
            as decimal(9, 6)
        ) as patients_readmitted_rate_30_days,

        -- observed against expected
        cast({{ unless_hidden('expected', all_cause) }} as decimal(18, 4))
            as expected_readmissions,
        cast({{ unless_hidden(ratio('observed', 'expected'), all_cause) }} as decimal(18, 4))
            as observed_to_expected,
        cast(
            {{ unless_hidden("
                case
                    when expected_count = 0 then null
                    when observed_count = 0 then 0
                    else
                        observed_count
                        * power(
                            1 - 1 / (9 * observed_count) - 1.96 / (3 * sqrt(observed_count)), 3
                        )
                        / expected_count
                end
            ", all_cause) }} as decimal(18, 4)
        ) as observed_to_expected_lower,
        cast(
            {{ unless_hidden("
                case
                    when expected_count = 0 then null
                    else
                        (observed_count + 1)
                        * power(
                            1 - 1 / (9 * (observed_count + 1))
                            + 1.96 / (3 * sqrt(observed_count + 1)),
                            3
                        )
                        / expected_count
                end
            ", all_cause) }} as decimal(18, 4)
        ) as observed_to_expected_upper
    from counted
)

select * from final
