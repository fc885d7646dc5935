-- Measurement sets that broke a rule of macros/quality_rules.sql: rejected, or kept and flagged.
{{ config(alias='vitals') }}

{{ failed_rows('vitals') }}
