"""Figures of the book: one visual language, one module for each kind of thing shown."""
