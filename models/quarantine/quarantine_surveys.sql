-- Surveys that broke a rule of macros/quality_rules.sql: rejected, or kept and flagged.
{{ config(alias='surveys') }}

{{ failed_rows('surveys') }}
