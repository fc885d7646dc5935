-- Departments that broke a rule of macros/quality_rules.sql: refused, or kept and flagged.
{{ config(alias='departments') }}

{{ broken_rows('departments') }}
