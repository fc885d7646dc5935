-- Code descriptions that the chosen source system delivers, if it delivers any.
with staged_diagnosis_codes as (
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
        short_description
    from staged_diagnosis_codes
)

select * from final
