-- Charge lines as delivered, each row with the rule that it breaks, if any
-- (contract/tables/charges.yml lists the rules in the order in which they count).
with charges as (
    select *
    from {{ staged('charges') }}
),

encounters as (
    select
        encounter_id,
        arrived_at,
        discharged_at
    from {{ ref('int_checked_encounters') }}
    where rejected_by_rule is null
),

extract_end as (
    select extract_end_date
    from {{ ref('int_extract_end') }}
),

tested as (
    select
        charges.*,
        extract_end.extract_end_date,
        case when encounters.encounter_id is null then 1 else 0 end as encounter_id__orphan,
        case when charges.charge_amount is null then 1 else 0 end as charge_amount__missing_value,
        case when charges.charge_amount < 0 then 1 else 0 end as charge_amount__negative_money,
        case
            when
                {{ is_outside_encounter('charges.service_date') }}
                then 1
            else 0
        end as service_date__outside_its_encounter
    from charges
    left join encounters
        on {{ is_same_key('charges.encounter_id', 'encounters.encounter_id') }}
    cross join extract_end
),

judged as (
    select
        *,
        {{ first_broken_rule('charges', ['stop', 'quarantine']) }} as broken_rule,
        {{ first_broken_rule('charges', ['flag']) }} as flagged_by_rule
    from tested
),

counted as (
    select
        *,
        {{ copy_number('charges') }} as copy_number
    from judged
),

verdicts as (
    select
        *,
        cast(
            case
                when broken_rule is null and copy_number > 1 then 'charge_id duplicate key'
                else broken_rule
            end as varchar(100)
        ) as rejected_by_rule
    from counted
),

final as (
    select
        {{ checked_columns('charges') }},
        rejected_by_rule,
        flagged_by_rule,
        {{ offending_value('charges') }} as offending_value
    from verdicts
)

select * from final
