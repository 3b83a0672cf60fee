"""Bring the trials of the networks to as many as the classical models had, lengths among them.

First the published recipe is tried with twice and three times as many epochs, then settings are
drawn at random (Bergstra and Bengio 2012). All are judged on validation tracks by
`mgc.training.trials`; a trial that has a file is not made again:
``python -m tools.network_trials --data ARCHIVE``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import chain, count
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click
from sklearn.model_selection import ParameterSampler

from mgc.cli import options
from mgc.evaluation.controls import STORE
from mgc.models.recipe import TunedRecipe
from mgc.records.store import default_root
from mgc.records.study import prepare_study
from mgc.training import trials

LENGTHS = (1, 2, 3)
COMMON = {
    "learning_rate": (3e-4, 1e-3, 2e-3, 3e-3),
    "weight_decay": (0.0, 0.01, 0.05, 0.1),
    "mixup": (0.0, 0.3),
    "label_smoothing": (0.0, 0.1),
}
OWN: Mapping[str, Mapping[str, Sequence[Any]]] = MappingProxyType(
    {
        "mlp": {},
        "cnn": {"dropout": (True, False)},
        "lstm": {"crop_s": (3.0, 4.5)},
        "autoencoder": {"code_size": (64, 256)},
        "vgg16": {"crop_s": (3.0, 7.5)},
    }
)
"""The networks, and settings of theirs that the MLP does not have."""


def planned(model: str, root: Path) -> Iterator[TunedRecipe]:
    """Yield the further settings to try, in order, none of which the store at `root` holds."""
    wanted = int(trials.classical_table(root)["trials"].min())
    first = trials.table(root)
    settings = first.loc[first["model"] == model, [one.name for one in fields(TunedRecipe)]]
    tried = [TunedRecipe(*row) for row in settings.itertuples(index=False)]
    usual = trials.settings(model, {}).epochs
    lengths = [times * usual for times in LENGTHS]
    longer: list[dict[str, Any]] = [{"epochs": epochs} for epochs in lengths[1:]]
    grid = {"epochs": lengths, **COMMON, **OWN[model]}
    n_drawn = wanted - len(tried) - len(longer)
    drawn = (ParameterSampler(grid, n_drawn, random_state=draw) for draw in count())
    for changes in chain(longer, chain.from_iterable(drawn)):
        if len(tried) == wanted:
            return
        plan = trials.settings(model, changes)
        if plan not in tried:
            tried.append(plan)
            yield plan


@click.command()
@click.argument("models", nargs=-1)
@click.option("--data", required=True, type=options.DATA, help="Archive with all of GTZAN.")
@click.option("--out", type=options.FOLDER, help="Store of records [book/records of the clone].")
@click.option("--cache", type=options.FOLDER, help="Folder of intermediate results.")
def main(models: tuple[str, ...], data: str, out: Path | None, cache: Path | None) -> None:
    """Make the trials of MODELS (all that have some planned) that are not there yet."""
    root = out or default_root()
    study = prepare_study(data, records=root / STORE, cache=cache or "", protocol=trials.PROTOCOL)
    for model in models or OWN:
        for number, plan in enumerate(planned(model, root), 1):
            trial = trials.fit_trial(study, model, plan)
            click.echo(
                f"{model} {number}: log loss {trial['valid_log_loss']:.3f}, accuracy"
                f" {trial['valid_accuracy']:.1%}, {trial['minutes']:.1f} minutes"
            )


if __name__ == "__main__":
    main(prog_name="python -m tools.network_trials")
