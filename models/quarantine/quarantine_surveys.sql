-- Surveys that broke a rule of macros/quality_rules.sql: refused, or kept and flagged.
{{ config(alias='surveys') }}

{{ broken_rows('surveys') }}
