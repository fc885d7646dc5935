-- Coded procedures that broke a rule of macros/quality_rules.sql: refused, or kept and flagged.
{{ config(alias='procedures') }}

{{ broken_rows('procedures') }}
