-- The last day that the extract covers: a date beyond it is an error.
--
-- Rule: the variable extract_ends_on where it is set, else the last day on which the source says
-- that it changed an encounter; null if it never says.
with encounters as (
    select updated_at
    from {{ staged('encounters') }}
    where not ({{ is_impossible_date('updated_at') }})
),

final as (
    select
        coalesce(
            cast({{ stated_date(var('extract_ends_on')) }} as date),
            cast(max(updated_at) as date)
        ) as extract_end_date
    from encounters
)

select * from final
