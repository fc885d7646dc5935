-- Coded diagnoses that broke a rule of macros/quality_rules.sql: refused, or kept and flagged.
{{ config(alias='diagnoses') }}

{{ broken_rows('diagnoses') }}
