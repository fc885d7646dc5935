-- Visits and admissions that broke a rule of macros/quality_rules.sql: rejected, or kept and
-- flagged.
{{ config(alias='encounters') }}

{{ failed_rows('encounters') }}
