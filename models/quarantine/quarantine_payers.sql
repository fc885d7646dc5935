-- Insurance plans that broke a rule of macros/quality_rules.sql: rejected, or kept and flagged.
{{ config(alias='payers') }}

{{ failed_rows('payers') }}
