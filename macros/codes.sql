{#- The dotted form of an ICD-10-CM code: a dot after the third character (E119 and E11.9 are both
    E11.9; I10 stays I10). -#}
{% macro icd10_dotted(code) -%}
    case
        when len(replace({{ code }}, '.', '')) <= 3 then replace({{ code }}, '.', '')
        else concat(
            substring(replace({{ code }}, '.', ''), 1, 3),
            '.',
            substring(replace({{ code }}, '.', ''), 4, 10)
        )
    end
{%- endmacro %}

{#- CPT or HCPCS, from the code itself: HCPCS level II begins with a letter, CPT with a digit. -#}
{% macro procedure_code_system(code) -%}
    cast(
        case when substring({{ code }}, 1, 1) between '0' and '9' then 'CPT' else 'HCPCS' end
        as varchar(20)
    )
{%- endmacro %}
