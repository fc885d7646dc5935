"""What the hospital measures, defined once for Power BI, dashboard and printed summary."""
