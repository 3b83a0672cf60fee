"""Bring the trials of two networks to as many as the classical models had, lengths among them.

First the published recipe is tried with twice and three times as many epochs, then settings are
drawn at random (Bergstra and Bengio 2012). All are judged on validation tracks by
`mgc.training.trials`; a trial that has a file is not made again:
``python -m tools.network_trials --data ARCHIVE``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click
from sklearn.model_selection import ParameterSampler

from mgc.cli import options
from mgc.evaluation.controls import STORE
from mgc.records.store import default_root
from mgc.records.study import prepare_study
from mgc.training import trials

DRAWN: Mapping[str, int] = MappingProxyType({"mlp": 16, "vgg16": 11})
"""With the two longer ones and those of before, 24 for each network."""
LENGTHS = (1, 2, 3)
COMMON = {
    "learning_rate": (3e-4, 1e-3, 2e-3, 3e-3),
    "weight_decay": (0.0, 0.01, 0.05, 0.1),
    "mixup": (0.0, 0.3),
    "label_smoothing": (0.0, 0.1),
}
OWN: Mapping[str, Mapping[str, Sequence[Any]]] = MappingProxyType(
    {"mlp": {}, "vgg16": {"crop_s": (3.0, 7.5)}}
)
"""Settings that the MLP does not have."""


def planned(model: str) -> Iterator[dict[str, Any]]:
    """Name what each further trial changes in the published recipe, in order."""
    usual = trials.settings(model, {}).epochs
    lengths = [times * usual for times in LENGTHS]
    yield from ({"epochs": epochs} for epochs in lengths[1:])
    grid = {"epochs": lengths, **COMMON, **OWN[model]}
    yield from ParameterSampler(grid, DRAWN[model], random_state=0)


@click.command()
@click.argument("models", nargs=-1)
@click.option("--data", required=True, type=options.DATA, help="Archive with all of GTZAN.")
@click.option("--out", type=options.FOLDER, help="Store of records [book/records of the clone].")
@click.option("--cache", type=options.FOLDER, help="Folder of intermediate results.")
def main(models: tuple[str, ...], data: str, out: Path | None, cache: Path | None) -> None:
    """Make the trials of MODELS (all that have some planned) that are not there yet."""
    store = (out or default_root()) / STORE
    study = prepare_study(data, records=store, cache=cache or "", protocol=trials.PROTOCOL)
    for model in models or DRAWN:
        for number, changes in enumerate(planned(model), 1):
            trial = trials.fit_trial(study, model, trials.settings(model, changes))
            click.echo(
                f"{model} {number}: log loss {trial['valid_log_loss']:.3f}, accuracy"
                f" {trial['valid_accuracy']:.1%}, {trial['minutes']:.1f} minutes, {changes}"
            )


if __name__ == "__main__":
    main(prog_name="python -m tools.network_trials")
