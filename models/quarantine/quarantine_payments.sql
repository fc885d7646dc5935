-- Posted payments that broke a rule of macros/quality_rules.sql: rejected, or kept and flagged.
{{ config(alias='payments') }}

{{ failed_rows('payments') }}
