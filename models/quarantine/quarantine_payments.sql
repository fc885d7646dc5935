-- Posted payments that broke a rule of macros/quality_rules.sql: refused, or kept and flagged.
{{ config(alias='payments') }}

{{ broken_rows('payments') }}
