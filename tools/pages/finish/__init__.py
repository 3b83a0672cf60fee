"""Passes over the HTML that Sphinx wrote."""
