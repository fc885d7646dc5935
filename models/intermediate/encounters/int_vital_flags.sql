-- What is abnormal in each set of measurements.
--
-- Rules: blood pressure stages of the ACC/AHA guideline of 2017 (mmHg; the higher stage of the two
-- values decides): crisis above 180 or above 120, stage 2 from 140 or 90, stage 1 from 130 or 80,
-- elevated from 120, else normal; low below 90 or below 60, where neither value is elevated. Heart
-- rate above 100 is tachycardia, below 60 bradycardia (adults at rest). Glucose above 180 mg/dL is
-- hyperglycemia in inpatients, below 70 hypoglycemia (American Diabetes Association). Null where
-- the value was not measured. Children have other norms: read the flags for adults.
with vitals as (
    select
        vital_id,
        systolic_bp as systolic_bp_mmhg,
        diastolic_bp as diastolic_bp_mmhg,
        heart_rate as heart_rate_bpm,
        glucose as glucose_mg_dl
    from {{ ref('int_checked_vitals') }}
    where rejected_by_rule is null
),

final as (
    select
        vital_id,
        cast(
            case
                when systolic_bp_mmhg is null or diastolic_bp_mmhg is null then null
                when systolic_bp_mmhg > 180 or diastolic_bp_mmhg > 120 then 'Crisis'
                when systolic_bp_mmhg >= 140 or diastolic_bp_mmhg >= 90 then 'Stage 2'
                when systolic_bp_mmhg >= 130 or diastolic_bp_mmhg >= 80 then 'Stage 1'
                when systolic_bp_mmhg >= 120 then 'Elevated'
                when systolic_bp_mmhg < 90 or diastolic_bp_mmhg < 60 then 'Low'
                else 'Normal'
            end as varchar(10)
        ) as blood_pressure_stage,
        cast(
            case
                when heart_rate_bpm is null then null
                when heart_rate_bpm > 100 then 1
                else 0
            end as int
        ) as is_tachycardia,
        cast(
            case
                when heart_rate_bpm is null then null
                when heart_rate_bpm < 60 then 1
                else 0
            end as int
        ) as is_bradycardia,
        cast(
            case
                when glucose_mg_dl is null then null
                when glucose_mg_dl > 180 then 1
                else 0
            end as int
        ) as is_hyperglycemia,
        cast(
            case
                when glucose_mg_dl is null then null
                when glucose_mg_dl < 70 then 1
                else 0
            end as int
        ) as is_hypoglycemia
    from vitals
)

select * from final
