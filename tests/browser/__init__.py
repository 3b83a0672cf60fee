"""What a reader's browser makes of the built pages; `nox -s browser` runs it."""
