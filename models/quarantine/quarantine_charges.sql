-- Charge lines that broke a rule of macros/quality_rules.sql: rejected, or kept and flagged.
{{ config(alias='charges') }}

{{ failed_rows('charges') }}
