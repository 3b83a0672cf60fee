"""Numbers only: metrics, intervals, paired tests, protocols compared, cost, leakage.

- `metrics`: accuracy, F1, confusion and calibration of one record's predictions.
- `significance`: whether a difference is more than chance, over tracks and over seeds.
- `results`: tables over many records.
- `leakage`: what training and test share, and what that is worth.
"""
