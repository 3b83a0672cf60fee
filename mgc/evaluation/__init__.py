"""Numbers only: metrics, intervals, paired tests, protocols compared, cost, leakage.

- `metrics`: accuracy, F1, confusion and calibration of one record's predictions.
- `seeds`, `significance`: intervals and tests, over tracks and over seeds.
- `results`, `summary`: tables over many records.
- `leakage`, `leak_curves`: what training and test share, and what that is worth.
"""
