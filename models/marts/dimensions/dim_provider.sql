-- The attending provider.
--
-- Rule: the name is a pseudonym made from the key, unless the variable show_provider_names is 1.
with providers as (
    select
        provider_id,
        provider_name,
        specialty,
        department_id
    from {{ ref('int_providers') }}
),

departments as (
    select
        department_id,
        department_name
    from {{ ref('int_departments') }}
),

keyed as (
    select
        {{ integer_key(['providers.provider_id']) }} as provider_key,
        providers.provider_name,
        providers.specialty,
        departments.department_name
    from providers
    left join departments
        on {{ is_same_key('providers.department_id', 'departments.department_id') }}
),

final as (
    select
        provider_key,
        cast(
            {% if var('show_provider_names') | int == 1 -%}
                coalesce(provider_name, 'Unknown')
            {%- else -%}
                concat('Provider ', cast(provider_key as varchar(20)))
            {%- endif %} as varchar(200)
        ) as provider_label,
        cast(coalesce(specialty, 'Unknown') as varchar(100)) as specialty,
        cast(coalesce(department_name, 'Unknown') as varchar(200)) as home_department_name
    from keyed

    union all

    select
        cast(-1 as bigint) as provider_key,
        cast('Unknown' as varchar(200)) as provider_label,
        cast('Unknown' as varchar(100)) as specialty,
        cast('Unknown' as varchar(200)) as home_department_name
)

select * from final
