"""Compose and render the demo edition."""
