-- Table by table: delivered = accepted + quarantined. Delivered rows are counted in the raw table
-- itself (in staging for a source that is not in the contract's shape).
with row_counts as (
    {% for table in contract() %}
        {{ 'union all' if not loop.first }}
        select
            '{{ table }}' as table_name,
            count(*) as delivered_rows,
            0 as accepted_rows,
            0 as rejected_rows
        from {{ raw_emr(table) if source_system() == 'emr' else staged(table) }}
        union all
        select
            '{{ table }}' as table_name,
            0 as delivered_rows,
            count(*) as accepted_rows,
            0 as rejected_rows
        from {{ ref('int_checked_' ~ table) }}
        where rejected_by_rule is null
        union all
        select
            '{{ table }}' as table_name,
            0 as delivered_rows,
            0 as accepted_rows,
            count(*) as rejected_rows
        from {{ ref('quarantine_failed_rows') }}
        where
            table_name = '{{ table }}'
            and severity <> 'flag'
    {% endfor %}
),

totals as (
    select
        table_name,
        sum(delivered_rows) as delivered_rows,
        sum(accepted_rows) as accepted_rows,
        sum(rejected_rows) as rejected_rows
    from row_counts
    group by table_name
)

select
    table_name,
    delivered_rows,
    accepted_rows,
    rejected_rows
from totals
where delivered_rows <> accepted_rows + rejected_rows
