{#- The survey's questions: column, label, and the score from which an answer is in the top box
    (CMS HCAHPS quality assurance guidelines). -#}
{% macro survey_items() -%}
    {{ return({
        'overall_rating': {'label': 'Overall rating', 'top_box_from': 9},
        'recommend': {'label': 'Recommend', 'top_box_from': 4},
        'nurse_communication': {'label': 'Nurse communication', 'top_box_from': 4},
        'doctor_communication': {'label': 'Doctor communication', 'top_box_from': 4},
        'responsiveness': {'label': 'Responsiveness', 'top_box_from': 4},
        'discharge_information': {'label': 'Discharge information', 'top_box_from': 1},
        'care_coordination': {'label': 'Care coordination', 'top_box_from': 4},
    }) }}
{%- endmacro %}

{#- 1 when a survey item reached its top box, 0 when it did not, null when it was not answered. -#}
{% macro is_top_box(score, top_box_from) -%}
    cast(
        case
            when {{ score }} is null then null
            when {{ score }} >= {{ top_box_from }} then 1
            else 0
        end as int
    )
{%- endmacro %}
