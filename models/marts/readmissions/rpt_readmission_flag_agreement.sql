-- How well the source system's own readmission flag agrees with ours.
--
-- Rule: over inpatient stays that the source has flagged yes or no, its flag is compared with
-- whether the stay is the readmission within 30 days of an index admission. Sensitivity is the % of
-- our readmissions that it flags, positive predictive value the % of its flags that are ours, kappa
-- Cohen's agreement beyond chance. Where the two disagree often, ask the source system's vendor
-- which definition it uses; no rate here uses the flag. Where one of the four numbers of stays that
-- either, both or neither call a readmission is a small cell, only the sums are shown.
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
        coalesce(sum(is_flagged_readmission), 0) as flagged,
        coalesce(sum(is_readmission_30_days), 0) as readmissions,
        coalesce(sum(is_flagged_readmission * is_readmission_30_days), 0) as both_yes,
        coalesce(sum((1 - is_flagged_readmission) * (1 - is_readmission_30_days)), 0) as both_no
    from stays
),

-- What chance alone would make agree, times the number of stays, which keeps whole numbers.
chances as (
    select
        *,
        case
            when
                {{ is_small_cell('both_yes') }}
                or {{ is_small_cell('both_no') }}
                or {{ is_small_cell('(flagged - both_yes)') }}
                or {{ is_small_cell('(readmissions - both_yes)') }}
                then 1
            else 0
        end as is_hidden,
        cast(stays as decimal(12, 0)) * cast(stays as decimal(12, 0)) as stays_squared,
        cast(flagged as decimal(12, 0)) * cast(readmissions as decimal(12, 0))
        + cast(stays - flagged as decimal(12, 0)) * cast(stays - readmissions as decimal(12, 0))
            as agreeing_by_chance
    from counted
),

final as (
    select
        cast(30 as int) as window_days,
        cast({{ shown_count('stays') }} as int) as stays,
        cast({{ unless_small('flagged', 'stays') }} as int) as flagged_stays,
        cast({{ unless_small('readmissions', 'stays') }} as int)
            as readmission_stays,
        cast(case when is_hidden = 0 then both_yes end as int) as flagged_readmission_stays,
        cast(
            case when is_hidden = 0 then {{ ratio('both_yes + both_no', 'stays') }} end
            as decimal(9, 6)
        ) as agreement_rate,
        cast(
            case when is_hidden = 0 then {{ ratio('both_yes', 'readmissions') }} end
            as decimal(9, 6)
        ) as flag_sensitivity,
        cast(
            case when is_hidden = 0 then {{ ratio('both_yes', 'flagged') }} end
            as decimal(9, 6)
        ) as flag_positive_predictive_value,
        cast(
            case
                when is_hidden = 0
                    then
                        {{ ratio(
                            'cast(stays as decimal(12, 0)) * (both_yes + both_no)
                            - agreeing_by_chance',
                            'stays_squared - agreeing_by_chance',
                        ) }}
            end as decimal(9, 6)
        ) as cohens_kappa
    from chances
)

select * from final
