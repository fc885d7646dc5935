-- Claims as delivered, each row with the rule that it breaks, if any
-- (contract/tables/claims.yml lists the rules in the order in which they count).
with claims as (
    select *
    from {{ staged('claims') }}
),

encounters as (
    select
        encounter_id,
        arrived_at
    from {{ ref('int_checked_encounters') }}
    where rejected_by_rule is null
),

payers as (
    select payer_id
    from {{ ref('int_checked_payers') }}
    where rejected_by_rule is null
),

extract_end as (
    select extract_end_date
    from {{ ref('int_extract_end') }}
),

tested as (
    select
        claims.*,
        extract_end.extract_end_date,
        case when encounters.encounter_id is null then 1 else 0 end as encounter_id__orphan,
        case
            when claims.payer_id is not null and payers.payer_id is null then 1
            else 0
        end as payer_id__orphan,
        case when claims.claim_status is null then 1 else 0 end as claim_status__missing_value,
        case
            when {{ is_unknown_code('claims', 'claim_status') }} then 1
            else 0
        end as claim_status__unknown_code,
        case when claims.submitted_on is null then 1 else 0 end as submitted_on__missing_value,
        case when claims.billed_amount is null then 1 else 0 end as billed_amount__missing_value,
        case
            when
                claims.claim_status <> 'pending' and claims.contractual_adjustment is null
                then 1
            else 0
        end as contractual_adjustment__missing_value,
        case
            when claims.claim_status <> 'pending' and claims.allowed_amount is null then 1
            else 0
        end as allowed_amount__missing_value,
        case
            when claims.claim_status <> 'pending' and claims.denied_amount is null then 1
            else 0
        end as denied_amount__missing_value,
        case
            when
                claims.claim_status <> 'pending' and claims.patient_responsibility is null
                then 1
            else 0
        end as patient_responsibility__missing_value,
        case
            when claims.submitted_on < cast(encounters.arrived_at as date) then 1
            else 0
        end as submitted_on__dates_out_of_order,
        case
            when claims.adjudicated_on < claims.submitted_on then 1
            else 0
        end as adjudicated_on__dates_out_of_order,
        case when claims.billed_amount < 0 then 1 else 0 end as billed_amount__negative_money,
        case
            when claims.contractual_adjustment < 0 then 1
            else 0
        end as contractual_adjustment__negative_money,
        case when claims.allowed_amount < 0 then 1 else 0 end as allowed_amount__negative_money,
        case when claims.denied_amount < 0 then 1 else 0 end as denied_amount__negative_money,
        case
            when claims.patient_responsibility < 0 then 1
            else 0
        end as patient_responsibility__negative_money,
        case
            when
                claims.claim_status <> 'pending'
                and claims.billed_amount
                <> claims.contractual_adjustment + claims.allowed_amount + claims.denied_amount
                then 1
            else 0
        end as allowed_amount__inconsistent_money,
        case
            when
                claims.claim_status <> 'pending'
                and claims.patient_responsibility > claims.allowed_amount
                then 1
            else 0
        end as patient_responsibility__inconsistent_money
    from claims
    left join encounters
        on {{ is_same_key('claims.encounter_id', 'encounters.encounter_id') }}
    left join payers
        on {{ is_same_key('claims.payer_id', 'payers.payer_id') }}
    cross join extract_end
),

judged as (
    select
        *,
        {{ first_broken_rule('claims', ['stop', 'quarantine']) }} as broken_rule,
        {{ first_broken_rule('claims', ['flag']) }} as flagged_by_rule
    from tested
),

counted as (
    select
        *,
        {{ copy_number('claims') }} as copy_number
    from judged
),

verdicts as (
    select
        *,
        cast(
            case
                when broken_rule is null and copy_number > 1 then 'claim_id duplicate key'
                else broken_rule
            end as varchar(100)
        ) as rejected_by_rule
    from counted
),

final as (
    select
        {{ checked_columns('claims') }},
        rejected_by_rule,
        flagged_by_rule,
        {{ offending_value('claims') }} as offending_value
    from verdicts
)

select * from final
