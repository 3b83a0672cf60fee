"""Samples or pictures become arrays."""
