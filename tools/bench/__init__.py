"""Measure how fast the package is."""
