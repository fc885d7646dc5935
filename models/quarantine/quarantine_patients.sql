-- Persons that broke a rule of macros/quality_rules.sql: rejected, or kept and flagged.
{{ config(alias='patients') }}

{{ failed_rows('patients') }}
