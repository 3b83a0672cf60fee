"""Fit what has no record: recipes, trials, the published plan.

- `fits.fit_all`: the fits that a study lacks.
- `folds.fit_fold`, `folds.save_record`: one fold, and the record of all folds.
- `trials.fit_trial`, `published.fit_plan`: what tuning tries, and what the book rests on.

Examples
--------
>>> from mgc.training.published import PLAN
>>> sorted({block.variant for block in PLAN if block.protocol == "fault_filtered"})[:3]
['as_written', 'block5', 'block5_random_weights']
"""
