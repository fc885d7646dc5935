"""From a fresh clone to a built warehouse: packages, profile, raw data, dbt, summary."""
