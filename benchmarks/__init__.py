"""Measurements that are reported, not asserted."""
