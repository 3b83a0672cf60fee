"""Execute chapters, and refuse what must not be published."""
