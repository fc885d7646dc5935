-- Claims that broke a rule of macros/quality_rules.sql: rejected, or kept and flagged.
{{ config(alias='claims') }}

{{ failed_rows('claims') }}
