{#- The flag column of each chronic group of the reference seed chronic_condition_groups (a test
    compares the two lists). -#}
{% macro chronic_condition_columns() -%}
    {{ return({
        'has_diabetes': 'Diabetes',
        'has_heart_failure': 'Heart failure',
        'has_ischemic_heart_disease': 'Ischemic heart disease',
        'has_hypertension': 'Hypertension',
        'has_copd': 'COPD',
        'has_asthma': 'Asthma',
        'has_chronic_kidney_disease': 'Chronic kidney disease',
        'has_cancer': 'Cancer',
    }) }}
{%- endmacro %}
