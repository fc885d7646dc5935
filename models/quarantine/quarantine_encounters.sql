-- Visits and admissions that broke a rule of macros/quality_rules.sql: refused, or kept and
-- flagged.
{{ config(alias='encounters') }}

{{ broken_rows('encounters') }}
