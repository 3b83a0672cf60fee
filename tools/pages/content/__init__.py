"""Pages and data that the build writes."""
