-- Hospital sites that broke a rule of macros/quality_rules.sql: refused, or kept and flagged.
{{ config(alias='facilities') }}

{{ broken_rows('facilities') }}
