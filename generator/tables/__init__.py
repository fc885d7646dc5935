"""The thirteen tables of the extract contract, from the arrays of a cohort."""
