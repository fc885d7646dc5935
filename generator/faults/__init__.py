"""Rows broken on purpose: the ways to break one, and the manifest of what was broken."""
