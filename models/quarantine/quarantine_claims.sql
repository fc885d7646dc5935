-- Claims that broke a rule of macros/quality_rules.sql: refused, or kept and flagged.
{{ config(alias='claims') }}

{{ broken_rows('claims') }}
