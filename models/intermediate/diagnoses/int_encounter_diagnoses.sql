-- What each encounter was coded with, in one row.
--
-- Rule: the principal diagnosis is the one with sequence 1.
with diagnoses as (
    select
        encounter_id,
        sequence,
        diagnosis_code,
        code_system
    from {{ ref('int_checked_diagnoses') }}
    where rejected_by_rule is null
),

final as (
    select
        encounter_id,
        max(case when sequence = 1 then diagnosis_code end) as principal_diagnosis_code,
        max(case when sequence = 1 then code_system end) as principal_diagnosis_code_system,
        cast(count(*) as int) as diagnosis_count
    from diagnoses
    group by encounter_id
)

select * from final
