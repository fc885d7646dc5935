-- Coded procedures that broke a rule of macros/quality_rules.sql: rejected, or kept and flagged.
{{ config(alias='procedures') }}

{{ failed_rows('procedures') }}
