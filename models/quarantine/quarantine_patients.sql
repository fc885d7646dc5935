-- Persons that broke a rule of macros/quality_rules.sql: refused, or kept and flagged.
{{ config(alias='patients') }}

{{ broken_rows('patients') }}
