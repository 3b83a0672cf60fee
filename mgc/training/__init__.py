"""Fit what has no record: recipes, trials, the published plan."""
