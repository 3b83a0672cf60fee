"""The report's next steps, each carried out beside its control.

- `plan`: the list of steps, and what was not measured.
- `harness`: makes their records.
- `ledger`: the table of differences.
- `by_genre`: where a step gains.
- `robustness`: what degraded sound leaves of an accuracy.

Examples
--------
>>> from mgc.experiments.outside_music import STEP
>>> STEP.comparisons[0].control
'one that learned from photographs (VGG16)'
"""
