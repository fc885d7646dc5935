-- Insurance plans that broke a rule of macros/quality_rules.sql: refused, or kept and flagged.
{{ config(alias='payers') }}

{{ broken_rows('payers') }}
