-- Coded procedures as delivered, each row with the rule that it breaks, if any
-- (contract/tables/procedures.yml lists the rules in the order in which they count).
with procedures as (
    select *
    from {{ staged('procedures') }}
),

encounters as (
    select
        encounter_id,
        arrived_at,
        discharged_at
    from {{ ref('int_checked_encounters') }}
    where rejected_by_rule is null
),

providers as (
    select provider_id
    from {{ ref('int_checked_providers') }}
    where rejected_by_rule is null
),

extract_end as (
    select extract_end_date
    from {{ ref('int_extract_end') }}
),

tested as (
    select
        procedures.*,
        extract_end.extract_end_date,
        case when encounters.encounter_id is null then 1 else 0 end as encounter_id__orphan,
        case
            when procedures.procedure_code is null then 1
            else 0
        end as procedure_code__missing_value,
        case
            when {{ is_unknown_code('procedures', 'code_system') }} then 1
            else 0
        end as code_system__unknown_code,
        case
            when
                {{ is_outside_encounter('procedures.performed_at') }}
                then 1
            else 0
        end as performed_at__outside_its_encounter,
        case
            when procedures.provider_id is not null and providers.provider_id is null then 1
            else 0
        end as provider_id__orphan
    from procedures
    left join encounters
        on {{ is_same_key('procedures.encounter_id', 'encounters.encounter_id') }}
    left join providers
        on {{ is_same_key('procedures.provider_id', 'providers.provider_id') }}
    cross join extract_end
),

judged as (
    select
        *,
        {{ first_broken_rule('procedures', ['stop', 'quarantine']) }} as broken_rule,
        {{ first_broken_rule('procedures', ['flag']) }} as flagged_by_rule
    from tested
),

counted as (
    select
        *,
        {{ copy_number('procedures') }} as copy_number
    from judged
),

verdicts as (
    select
        *,
        cast(
            case
                when broken_rule is null and copy_number > 1 then 'sequence duplicate key'
                else broken_rule
            end as varchar(100)
        ) as rejected_by_rule
    from counted
),

final as (
    select
        {{ checked_columns('procedures') }},
        rejected_by_rule,
        flagged_by_rule,
        {{ offending_value('procedures') }} as offending_value
    from verdicts
)

select * from final
