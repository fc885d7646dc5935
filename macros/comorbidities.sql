{#- Total of a comorbidity index per encounter or stay, from rows of (id, comorbidity) without
    duplicates: within a group only the heaviest form counts, so that a severe form supersedes a
    mild one; the groups' weights add up. -#}
{% macro comorbidity_total(relation, id_column, group_column, weight_column, total_column) -%}
    select
        group_weights.{{ id_column }},
        cast(sum(group_weights.weight) as int) as {{ total_column }}
    from (
        select
            present.{{ id_column }},
            weights.{{ group_column }},
            max(weights.{{ weight_column }}) as weight
        from {{ relation }} as present
        inner join {{ ref('comorbidities') }} as weights
            on present.comorbidity = weights.comorbidity
        group by
            present.{{ id_column }},
            weights.{{ group_column }}
    ) as group_weights
    group by group_weights.{{ id_column }}
{%- endmacro %}

{#- Bands of the Charlson index. -#}
{% macro charlson_band(charlson_index) -%}
    cast(
        case
            when {{ charlson_index }} = 0 then '0'
            when {{ charlson_index }} <= 2 then '1-2'
            when {{ charlson_index }} <= 4 then '3-4'
            else '5+'
        end as varchar(5)
    )
{%- endmacro %}
