"""The sections of a scenario file: what may stand in each, and what it means."""
