-- Hospital sites that broke a rule of macros/quality_rules.sql: rejected, or kept and flagged.
{{ config(alias='facilities') }}

{{ failed_rows('facilities') }}
