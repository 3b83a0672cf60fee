"""Numbers only: metrics, intervals, paired tests, protocols compared, cost, leakage.

- `metrics`: accuracy, F1, confusion and calibration of one record's predictions.
- `accuracy.accuracy_summary`: the accuracy of one fit or several seeds, with its interval.
- `significance.pairwise`: paired tests of models, over tracks and seeds.
- `results.load_results`, `results.accuracy_table`: the records of a study, summed up by model.
- `leakage`: what training and test share, and what that is worth.
- `learning`: what fewer training tracks, or fewer artists, leave of an accuracy.

Examples
--------
>>> from mgc.evaluation.accuracy import accuracy_summary
>>> from mgc.records.study import open_study
>>> study = open_study("gtzan-archive", protocol="artist_cv", variant="tuned")
>>> said = accuracy_summary(study.groups(models=("vgg16",))["vgg16"])
>>> f"{said.accuracy:.1%} ({said.low:.0%} to {said.high:.0%})"
'60.9% (56% to 66%)'
"""
