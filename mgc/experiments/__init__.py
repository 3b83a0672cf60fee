"""The report's next steps, each carried out beside its control.

Begin with `mgc.experiments.plan`, the list of steps; `mgc.experiments.harness` makes their
records, `mgc.experiments.ledger` the table of differences.
"""
