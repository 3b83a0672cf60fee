"""The report's next steps, each carried out beside its control.

- `plan`: the list of steps, and what was not measured.
- `harness`: makes their records.
- `ledger`: the table of differences.

Examples
--------
>>> from mgc.experiments.plan import STEPS
>>> STEPS[0].comparisons[0].control
'one that learned from photographs (VGG16)'
"""
