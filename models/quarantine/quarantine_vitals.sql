-- Measurement sets that broke a rule of macros/quality_rules.sql: refused, or kept and flagged.
{{ config(alias='vitals') }}

{{ broken_rows('vitals') }}
