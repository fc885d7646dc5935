-- Table by table: delivered = accepted + quarantined. Delivered rows are counted in the raw table
-- itself (in staging for a source that is not in the contract's shape), accepted ones where the
-- rules read them, without members that only other rows name.
with row_counts as (
    {% for entity in contract() %}
        {{ 'union all' if not loop.first }}
        select
            '{{ entity }}' as entity,
            count(*) as delivered_rows,
            0 as accepted_rows,
            0 as rejected_rows
        from {{ delivered(entity) }}
        union all
        select
            '{{ entity }}' as entity,
            0 as delivered_rows,
            count(*) as accepted_rows,
            0 as rejected_rows
        from {{ ref('int_conformed_' ~ entity) }}
        where {{ is_delivered(entity) }}
        union all
        select
            '{{ entity }}' as entity,
            0 as delivered_rows,
            0 as accepted_rows,
            count(*) as rejected_rows
        from {{ ref('quarantine_failed_rows') }}
        where
            table_name = '{{ entity }}'
            and severity <> 'flag'
    {% endfor %}
),

totals as (
    select
        entity,
        sum(delivered_rows) as delivered_rows,
        sum(accepted_rows) as accepted_rows,
        sum(rejected_rows) as rejected_rows
    from row_counts
    group by entity
)

select
    entity,
    delivered_rows,
    accepted_rows,
    rejected_rows
from totals
where delivered_rows <> accepted_rows + rejected_rows
