-- What each diagnosis code means, where the source delivers code descriptions.
--
-- Rule: one description per code; of several, the last one in alphabetical order.
with diagnosis_codes as (
    select
        code_system,
        diagnosis_code,
        short_description
    from {{ staged('diagnosis_codes') }}
),

final as (
    select
        code_system,
        diagnosis_code,
        max(short_description) as short_description
    from diagnosis_codes
    group by
        code_system,
        diagnosis_code
)

select * from final
