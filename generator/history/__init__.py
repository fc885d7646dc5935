"""What happens to the patients of a cohort: their encounters, and what follows from each."""
