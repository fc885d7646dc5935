"""The Power BI project: a semantic model from dbt's artifacts and the measures, and its report."""
