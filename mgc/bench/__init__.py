"""How fast the package is: `nox -s bench` measures, the appendix on speed shows the record.

Every figure is a ratio within one run, or stands beside the machine that it was measured on.
"""
