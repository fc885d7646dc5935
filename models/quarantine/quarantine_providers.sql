-- Clinicians that broke a rule of macros/quality_rules.sql: refused, or kept and flagged.
{{ config(alias='providers') }}

{{ broken_rows('providers') }}
