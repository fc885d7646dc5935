{{ config(enabled=var('emr_source', 'demo') == 'mimic') }}
-- Every value of MIMIC-IV that staging maps has a row in its mapping seed: a new release's new
-- values are named here instead of becoming unknown in silence.
{% set mappings = [
    ('admissions', 'admission_type', 'mimic_admission_types', 'mimic_admission_type'),
    ('admissions', 'admission_location', 'mimic_admission_locations', 'mimic_admission_location'),
    ('admissions', 'discharge_location', 'mimic_discharge_locations', 'mimic_discharge_location'),
    ('admissions', 'race', 'mimic_races', 'mimic_race'),
    ('services', 'curr_service', 'mimic_services', 'mimic_service'),
] %}
{% for table, column, seed, seed_column in mappings %}
    {{ 'union all' if not loop.first }}
    select
        '{{ table }}.{{ column }}' as mapped_column,
        {{ raw_code('delivered.' ~ column, 200) }} as unmapped_value,
        count(*) as row_count
    from {{ source('mimic', table) }} as delivered
    left join {{ ref(seed) }} as mapping
        on {{ raw_code('delivered.' ~ column, 200) }} = mapping.{{ seed_column }}
    where
        mapping.{{ seed_column }} is null
        and {{ raw_code('delivered.' ~ column, 200) }} is not null
    group by {{ raw_code('delivered.' ~ column, 200) }}
{% endfor %}
