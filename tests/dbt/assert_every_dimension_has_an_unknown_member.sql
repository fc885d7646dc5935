-- Each dimension but the calendar has exactly one member with key -1.
{% for dimension, key in [
    ('dim_patient', 'patient_key'),
    ('dim_age_group', 'age_group_key'),
    ('dim_department', 'department_key'),
    ('dim_provider', 'provider_key'),
    ('dim_payer', 'payer_key'),
    ('dim_diagnosis', 'diagnosis_key'),
    ('dim_procedure', 'procedure_key'),
    ('dim_discharge_disposition', 'discharge_disposition_key'),
] %}
    {{ 'union all' if not loop.first }}
    select
        '{{ dimension }}' as dimension,
        count(*) as unknown_members
    from {{ ref(dimension) }}
    where {{ key }} = -1
    having count(*) <> 1
{% endfor %}
