"""The controls that have a record, each beside the published fit of its seed."""

from __future__ import annotations

from mgc.evaluation import controls as evaluation
from mgc.evaluation.controls import Pair
from mgc.evaluation.significance import seed_pairs
from mgc.experiments import controls
from mgc.experiments.harness import side_records
from mgc.experiments.step import Comparison
from mgc.records.study import Study


def on_jax(study: Study) -> list[Pair]:
    """Look up the same recipes on JAX; see `mgc.evaluation.controls.table`."""
    return [pair for each in controls.ON_JAX for pair in _pairs(study, each, evaluation.ON_JAX)]


def twice_as_long(study: Study) -> list[Pair]:
    """Look up the CNN trained twice as long."""
    return _pairs(study, controls.TWICE, evaluation.TWICE)


def _pairs(study: Study, comparison: Comparison, variant: str) -> list[Pair]:
    changed, usual = (side_records(study, comparison, side) for side in (0, 1))
    if not changed or not usual:
        return []
    return [Pair(usual[0].model, variant, *zip(*seed_pairs(changed, usual), strict=True))]
