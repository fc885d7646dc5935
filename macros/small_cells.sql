{#- Small cells are not shown in the rpt_ tables (CMS cell-size policy: no cell of 1 to 10, and nothing
    that it could be worked out from). -#}

{#- A figure, or null if its denominator is under smallest_cell; `part` is the numerator of a rate,
    and neither it nor the rest may be a small cell. -#}
{% macro unless_small(figure, count, part=none) -%}
    case
        when
            {{ count }} >= {{ var('smallest_cell') }}
            {%- if part %}
            and not {{ is_small_cell('coalesce(' ~ part ~ ', 0)') }}
            and not {{ is_small_cell(count ~ ' - coalesce(' ~ part ~ ', 0)') }}
            {%- endif %}
            then {{ figure }}
    end
{%- endmacro %}

{#- A count, or null where it is a small cell; none is none. -#}
{% macro shown_count(count) -%}
    case when not {{ is_small_cell(count) }} then {{ count }} end
{%- endmacro %}

{% macro is_small_cell(count) -%}
    ({{ count }} between 1 and {{ var('smallest_cell') }} - 1)
{%- endmacro %}

{#- first / second as a decimal share or ratio; null where there is nothing to divide by. -#}
{% macro ratio(first, second) -%}
    cast({{ first }} as decimal(28, 8)) / nullif(cast({{ second }} as decimal(18, 4)), 0)
{%- endmacro %}

{#- CTEs that end in `result`: the rows of `relation` with a flag is_hidden_<name> for each name of `cells`,
    which lists what a reader can count by the figures of that name. A row is hidden where one of these
    counts is a small cell. Where the hidden rows of a partition, or of all, together still are one, which
    a total would give away, the row with the next fewest is hidden with them, and so on. -#}
{% macro hide_small_cells(relation, result, cells, key, partition_by=none) -%}
{%- set partition = 'partition by ' ~ partition_by ~ ' ' if partition_by else '' -%}
{{ relation }}_marked as (
    select
        *
        {%- for name, counts in cells.items() %},
        case
            when
                {%- for count in counts %}
                {{ 'or ' if not loop.first }}{{ is_small_cell(count) }}
                {%- endfor %}
                then 1
            else 0
        end as is_small_{{ name }}
        {%- endfor %}
    from {{ relation }}
),

{{ relation }}_in_order as (
    select
        *
        {%- for name, counts in cells.items() %},
        row_number() over (
            {{ partition }}order by
                is_small_{{ name }} desc,
                case when {{ counts[0] }} > 0 then 0 else 1 end,
                {{ counts[0] }},
                {{ key }}
        ) as order_of_{{ name }}
        {%- endfor %}
    from {{ relation }}_marked
),

{{ result }} as (
    select
        *
        {%- for name, counts in cells.items() %},
        case
            when
                is_small_{{ name }} = 1
                {%- for count in counts %}
                or {{ is_small_cell('coalesce(sum(' ~ count ~ ') over (
                    ' ~ partition ~ 'order by order_of_' ~ name ~ '
                    rows between unbounded preceding and 1 preceding
                ), 0)') }}
                {%- endfor %}
                then 1
            else 0
        end as is_hidden_{{ name }}
        {%- endfor %}
    from {{ relation }}_in_order
)
{%- endmacro %}

{#- A figure of a row that none of the flags hides. -#}
{% macro unless_hidden(figure, flags) -%}
    case when {{ flags | join(' + ') }} = 0 then {{ figure }} end
{%- endmacro %}
