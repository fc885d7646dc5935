-- Patients as delivered, each row with the rule that it breaks, if any
-- (contract/tables/patients.yml lists the rules in the order in which they count).
--
-- Of what identifies a person only the birth date and the ZIP code go on, and no further than here.
with patients as (
    select *
    from {{ staged('patients') }}
),

extract_end as (
    select extract_end_date
    from {{ ref('int_extract_end') }}
),

tested as (
    select
        patients.*,
        extract_end.extract_end_date,
        case when {{ is_unknown_code('patients', 'sex') }} then 1 else 0 end as sex__unknown_code,
        case
            when patients.death_date < patients.birth_date then 1
            else 0
        end as death_date__dates_out_of_order
    from patients
    cross join extract_end
),

judged as (
    select
        *,
        {{ first_broken_rule('patients', ['stop', 'quarantine']) }} as broken_rule,
        {{ first_broken_rule('patients', ['flag']) }} as flagged_by_rule
    from tested
),

counted as (
    select
        *,
        {{ copy_number('patients') }} as copy_number
    from judged
),

verdicts as (
    select
        *,
        cast(
            case
                when broken_rule is null and copy_number > 1 then 'patient_id duplicate key'
                else broken_rule
            end as varchar(100)
        ) as rejected_by_rule
    from counted
),

final as (
    select
        {{ checked_columns('patients') }},
        rejected_by_rule,
        flagged_by_rule,
        {{ offending_value('patients') }} as offending_value
    from verdicts
)

select * from final
