"""Fit what has no record yet.

`fits.fit_all` does it for a study, fold by fold in parallel; `trainer` fits one fold, by the
report's recipes or by tuned ones; `trials` tries settings; `published` plans what the book rests
on.
"""
