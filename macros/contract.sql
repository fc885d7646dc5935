{#- The extract contract, as models/staging/emr/_emr__sources.yml states it. -#}

{#- Name of each column of a table of the contract -> its type, and whether it identifies a person
    (those that SQL Server masks). Empty while dbt only parses. -#}
{% macro contract_columns(entity) -%}
    {%- set columns = {} -%}
    {%- if execute -%}
        {%- set table = graph.sources['source.emr_analytics.emr.' ~ entity] -%}
        {%- for column in table.columns.values() -%}
            {%- do columns.update({column.name: {
                'data_type': column.data_type,
                'identifies': column.get('masked_with') is not none,
            }}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(columns) }}
{%- endmacro %}

{#- The key of each table. -#}
{% macro contract_keys() -%}
    {{ return({
        'facilities': ['facility_id'],
        'departments': ['department_id'],
        'providers': ['provider_id'],
        'payers': ['payer_id'],
        'patients': ['patient_id'],
        'encounters': ['encounter_id'],
        'diagnoses': ['encounter_id', 'sequence'],
        'procedures': ['encounter_id', 'sequence'],
        'vitals': ['vital_id'],
        'charges': ['charge_id'],
        'claims': ['claim_id'],
        'payments': ['payment_id'],
        'surveys': ['survey_id'],
    }) }}
{%- endmacro %}

{#- The values that the contract allows in a column; other lists are reference seeds. -#}
{% macro contract_values(column) -%}
    {{ return({
        'sex': ['F', 'M', 'X', 'U'],
        'encounter_class': ['inpatient', 'emergency', 'observation', 'outpatient'],
        'admission_type': ['elective', 'urgent', 'emergency', 'trauma', 'newborn'],
        'readmission_indicator': ['Y', 'N'],
        'present_on_admission': ['Y', 'N', 'U', 'W', '1'],
        'code_system': ['CPT', 'HCPCS'],
        'claim_status': ['paid', 'denied', 'pending'],
        'paid_by': ['payer', 'patient'],
    }[column]) }}
{%- endmacro %}

{#- A value of a column if the contract knows it, else null: what a kept row with an unknown code has. -#}
{% macro known_value(expression, column) -%}
    case
        when {{ expression }} in ('{{ contract_values(column) | join("', '") }}')
            then {{ expression }}
    end
{%- endmacro %}
