"""Numbers as words, tables and figures; what chapters call."""
