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

{#- The dotted form of an ICD code: ICD-10-CM after the third character, ICD-9-CM too, but after the
    fourth for its external causes (E codes). -#}
{% macro icd_dotted(code, icd_version) -%}
    cast(
        case
            when
                {{ icd_version }} = 9 and substring({{ code }}, 1, 1) = 'E' and len({{ code }}) > 4
                then concat(substring({{ code }}, 1, 4), '.', substring({{ code }}, 5, 10))
            when {{ icd_version }} = 9 and substring({{ code }}, 1, 1) = 'E' then {{ code }}
            else {{ icd10_dotted(code) }}
        end as varchar(20)
    )
{%- endmacro %}

{% macro icd_code_system(icd_version) -%}
    cast(
        case {{ icd_version }} when 9 then 'ICD-9-CM' when 10 then 'ICD-10-CM' end as varchar(20)
    )
{%- endmacro %}

{#- A time as text, to the microsecond and the same on every engine; empty where there is none. -#}
{% macro timestamp_text(column) -%}
    {{ return(adapter.dispatch('timestamp_text', 'emr_analytics')(column)) }}
{%- endmacro %}

{% macro default__timestamp_text(column) -%}
    coalesce(cast({{ column }} as varchar(26)), '')
{%- endmacro %}

{% macro duckdb__timestamp_text(column) -%}
    coalesce(strftime({{ column }}, '%Y-%m-%d %H:%M:%S.%f'), '')
{%- endmacro %}

{#- Where a text stands within another, from 1; 0 when it does not. -#}
{% macro position_of(needle, haystack) -%}
    {{ return(adapter.dispatch('position_of', 'emr_analytics')(needle, haystack)) }}
{%- endmacro %}

{% macro default__position_of(needle, haystack) -%}
    charindex({{ needle }}, {{ haystack }})
{%- endmacro %}

{% macro duckdb__position_of(needle, haystack) -%}
    instr({{ haystack }}, {{ needle }})
{%- endmacro %}

{#- A code without its dot that could be one of ICD-10-CM: a letter, a digit (or A: QA0.01), and up
    to five more. -#}
{% macro is_icd10_shape(code) -%}
    {{ return(adapter.dispatch('is_icd10_shape', 'emr_analytics')(code)) }}
{%- endmacro %}

{% macro default__is_icd10_shape(code) -%}
    {{ code }} like '[A-Z][0-9A][0-9A-Z]%' and {{ code }} not like '%[^0-9A-Z]%' and len({{ code }}) <= 7
{%- endmacro %}

{% macro duckdb__is_icd10_shape(code) -%}
    regexp_full_match({{ code }}, '[A-Z][0-9A][0-9A-Z]{1,5}')
{%- endmacro %}

{#- A time as text to the second. -#}
{% macro seconds_text(column) -%}
    {{ return(adapter.dispatch('seconds_text', 'emr_analytics')(column)) }}
{%- endmacro %}

{% macro default__seconds_text(column) -%}
    substring(cast({{ column }} as varchar(26)), 1, 19)
{%- endmacro %}

{% macro duckdb__seconds_text(column) -%}
    strftime({{ column }}, '%Y-%m-%d %H:%M:%S')
{%- endmacro %}

{#- A UB-04 patient status code that lost its leading zero gets it back. -#}
{% macro disposition_code(column) -%}
    cast(
        case when len({{ column }}) = 1 then concat('0', {{ column }}) else {{ column }} end
        as varchar(10)
    )
{%- endmacro %}
