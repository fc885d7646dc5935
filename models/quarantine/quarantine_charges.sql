-- Charge lines that broke a rule of macros/quality_rules.sql: refused, or kept and flagged.
{{ config(alias='charges') }}

{{ broken_rows('charges') }}
