-- Coded diagnoses that broke a rule of macros/quality_rules.sql: rejected, or kept and flagged.
{{ config(alias='diagnoses') }}

{{ failed_rows('diagnoses') }}
