-- Table by table: delivered = accepted + quarantined. Delivered rows are counted in the raw table
-- itself (in staging for a source that is not in the contract's shape).
with row_counts as (
    {% for entity in contract_keys() %}
        {{ 'union all' if not loop.first }}
        select
            '{{ entity }}' as entity,
            count(*) as delivered_rows,
            0 as accepted_rows,
            0 as rejected_rows
        from {{ raw_emr(entity) if source_system() == 'emr' else staged(entity) }}
        union all
        select
            '{{ entity }}' as entity,
            0 as delivered_rows,
            count(*) as accepted_rows,
            0 as rejected_rows
        from {{ ref('int_checked_' ~ entity) }}
        where rejected_by_rule is null
        union all
        select
            '{{ entity }}' as entity,
            0 as delivered_rows,
            0 as accepted_rows,
            count(*) as rejected_rows
        from {{ ref('quarantine_' ~ entity) }}
        where severity <> 'flag'
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
