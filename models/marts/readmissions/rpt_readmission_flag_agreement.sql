-- How well the source system's own readmission flag agrees with ours.
--
-- Rule: over acute stays that the source has flagged yes or no, its flag is compared with whether
-- the stay is the readmission within 30 days of an index stay. Sensitivity is the share of our
-- readmissions that it flags, positive predictive value the share of its flags that are ours, kappa
-- Cohen's agreement beyond chance. Where the two disagree often, ask the source system's vendor
-- which definition it uses; no rate here uses the flag.
with stays as (
    select
        is_flagged_readmission,
        is_readmission_30_days
    from {{ ref('fct_readmissions') }}
    where is_flagged_readmission is not null
),

counted as (
    select
        count(*) as stays,
        sum(is_flagged_readmission) as flagged,
        sum(is_readmission_30_days) as readmissions,
        sum(is_flagged_readmission * is_readmission_30_days) as both_yes,
        sum((1 - is_flagged_readmission) * (1 - is_readmission_30_days)) as both_no
    from stays
),

shares as (
    select
        stays,
        flagged,
        readmissions,
        both_yes,
        both_no,
        {{ ratio('both_yes + both_no', 'stays') }} as agreement,
        cast(
            {{ ratio('flagged', 'stays') }} * {{ ratio('readmissions', 'stays') }}
            + {{ ratio('stays - flagged', 'stays') }} * {{ ratio('stays - readmissions', 'stays') }}
            as decimal(18, 8)
        ) as agreement_by_chance
    from counted
),

final as (
    select
        cast(30 as int) as window_days,
        cast({{ shown_count('stays') }} as int) as stays,
        cast({{ shown_count('coalesce(flagged, 0)') }} as int) as flagged_stays,
        cast({{ shown_count('coalesce(readmissions, 0)') }} as int) as readmission_stays,
        cast({{ shown_count('coalesce(both_yes, 0)') }} as int) as flagged_readmission_stays,
        cast(
            {{ unless_small('agreement', 'stays', '(both_yes + both_no)') }} as decimal(9, 6)
        ) as agreement_share,
        cast(
            {{ unless_small(ratio('both_yes', 'readmissions'), 'readmissions', 'both_yes') }}
            as decimal(9, 6)
        ) as flag_sensitivity,
        cast(
            {{ unless_small(ratio('both_yes', 'flagged'), 'flagged', 'both_yes') }}
            as decimal(9, 6)
        ) as flag_positive_predictive_value,
        cast(
            {{ unless_small(
                ratio('agreement - agreement_by_chance', '1 - agreement_by_chance'), 'stays'
            ) }} as decimal(9, 6)
        ) as cohens_kappa
    from shares
)

select * from final
