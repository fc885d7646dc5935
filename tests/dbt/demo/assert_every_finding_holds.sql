-- The demo shows its findings: each check can be measured and lies within its range.
select
    finding_id,
    check_number,
    value,
    lowest_expected,
    highest_expected
from {{ ref('rpt_findings') }}
where coalesce(is_confirmed, 0) = 0
