"""Numbers only: metrics, intervals, paired tests, protocols compared, cost, leakage."""
