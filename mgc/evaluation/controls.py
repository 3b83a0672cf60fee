"""What holds the tuned networks back: parts of a recipe left out, and longer training."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from mgc.datasets.splits import ARTIST_CV
from mgc.evaluation.clusters import artist_groups
from mgc.evaluation.gain import gained, p_value, summed_up
from mgc.evaluation.metrics import accuracy, log_loss
from mgc.evaluation.results import restricted
from mgc.models import NAMES
from mgc.records.store import NotRun, Record, Store
from mgc.records.study import Study
from mgc.training.trials import rank

STORE = "controls"
"""Folder of their records, beside those of the published fits."""
LONG, TWICE, CHOSEN, RETUNED = "long", "twice", "chosen", "retuned"
ON_JAX = "jax"
VARIANTS: Mapping[str, str] = {
    "no_mixup": "without mixup",
    "no_smoothing": "without label smoothing",
    "no_decay": "without weight decay",
    "no_dropout": "without dropout",
    "log_frequency": "log-spaced frequency",
    TWICE: "twice as many epochs",
    LONG: "three times as many epochs",
    CHOSEN: "as long as validation chooses",
    RETUNED: "the best of more trials",
    ON_JAX: "the same recipe on JAX",
}
"""Name of a variant, and in what it differs from the tuned recipe."""
PARTS = ("no_mixup", "no_smoothing", "no_decay", "no_dropout", "log_frequency", LONG)
"""Variants that change one thing alone and have fits of their own."""


class Pair(NamedTuple):
    """Fits of one model by a changed recipe, and the published ones of the same seeds."""

    model: str
    variant: str
    changed: tuple[Record, ...]
    usual: tuple[Record, ...]


class Chosen(NamedTuple):
    """A pair whose changed fits are as long as validation chooses; where, fold by fold, longer."""

    pair: Pair
    longer: tuple[bool, ...]


def pairs(study: Study, variants: Iterable[str] = PARTS) -> list[Pair]:
    """Look up what was fitted under the artist folds by these variants, in their order."""
    found = []
    for variant in variants:
        for model in NAMES:
            both = list(_both(study, variant, model))
            if both:
                changed, usual = zip(*both, strict=True)
                found.append(Pair(model, variant, changed, usual))
    return found


def _both(study: Study, variant: str, model: str) -> Iterator[tuple[Record, Record]]:
    kept = study.store if variant == RETUNED else Store(study.store.root / STORE)
    edition = study.edition_record.content_hash
    for record in kept.find(
        protocol=ARTIST_CV, variant=variant, model=model, edition_hash=edition
    ):
        seed = int(record.config["seed"])
        asked = replace(study, protocol=ARTIST_CV, variant="tuned", seeds=(seed,))
        usual = asked.results(seed=seed, models=(model,))[model]
        if not isinstance(usual, NotRun):
            yield record, usual


def among(pair: Pair, tracks: Collection[str]) -> Pair:
    """Keep the predictions of some tracks alone."""
    sides = restricted({"changed": list(pair.changed), "usual": list(pair.usual)}, tracks)
    return pair._replace(changed=tuple(sides["changed"]), usual=tuple(sides["usual"]))


def chosen_lengths(found: Iterable[Pair]) -> list[Chosen]:
    """Put together, for each network that was trained for longer, the length validation chooses.

    In each fold that is the fit whose validation part comes first by the rule by which recipes
    were chosen, `mgc.training.trials.rank`; among equals the shorter one. The test part has no
    say.
    """
    chosen = []
    for pair in found:
        if pair.variant == LONG:
            each = [_preferred(*both) for both in zip(pair.changed, pair.usual, strict=True)]
            records, longer = zip(*each, strict=True)
            kept = pair._replace(variant=CHOSEN, changed=records)
            chosen.append(Chosen(kept, tuple(chain.from_iterable(longer))))
    return chosen


def lengths_table(chosen: Sequence[Chosen]) -> pd.DataFrame:
    """Compare the length that validation chooses with that of the recipe, as `table` does.

    Returns
    -------
    DataFrame
        The columns of `table`, ``longer`` (folds, all seeds together, in which the longer fit is
        chosen) and ``folds`` (how many there are).
    """
    return table([each.pair for each in chosen]).assign(
        longer=[sum(each.longer) for each in chosen], folds=[len(each.longer) for each in chosen]
    )


def _preferred(long: Record, usual: Record) -> tuple[Record, list[bool]]:
    """Take each fold from the fit that its validation part prefers; and say where the longer."""
    ranks = [_ranks(record.predictions) for record in (long, usual)]
    longer = {fold: ranks[0][fold] < ranks[1][fold] for fold in ranks[0]}
    rows = [
        each.predictions[each.predictions["fold"].map(longer) == wanted]
        for each, wanted in ((long, True), (usual, False))
    ]
    return replace(long, predictions=pd.concat(rows, ignore_index=True)), list(longer.values())


def _ranks(predictions: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Rank a fit by fold, the lower the better."""
    valid = predictions[predictions["part"] == "valid"]
    return {
        str(fold): rank(log_loss(rows), accuracy(rows)) for fold, rows in valid.groupby("fold")
    }


def table(found: Sequence[Pair]) -> pd.DataFrame:
    """Compare right answers of each pair on test tracks, seed by seed.

    Returns
    -------
    DataFrame
        ``model``, ``variant``, ``seeds`` (how many), ``accuracy`` and ``usual`` on test tracks,
        ``gain``, ``low``, ``high`` (95 % interval over artists and seeds), ``p_holm`` (over all
        rows), ``valid`` (gain on validation tracks, from which a recipe may be chosen).
    """
    rows = []
    for model, variant, changed, usual in found:
        groups = artist_groups(str(usual[0].config["edition"]))
        frames = [gained(*both) for both in zip(changed, usual, strict=True)]
        gain = summed_up(frames, groups)
        rows.append(
            {
                "model": model,
                "variant": variant,
                "seeds": len(changed),
                "accuracy": _mean(changed, "test"),
                "usual": _mean(usual, "test"),
                "gain": gain.mean,
                "low": gain.low,
                "high": gain.high,
                "p": p_value(frames, groups),
                "valid": _mean(changed, "valid") - _mean(usual, "valid"),
            }
        )
    whole = pd.DataFrame(rows)
    if len(whole):
        whole["p_holm"] = multipletests(whole["p"], method="holm")[1]
    return whole


def _mean(records: Sequence[Record], part: str) -> float:
    rows = [record.predictions for record in records]
    return float(np.mean([accuracy(frame[frame["part"] == part]) for frame in rows]))


def epochs(found: Sequence[Pair], model: str) -> pd.DataFrame:
    """Follow the validation loss of a model by its recipe and for three times as long, seed 0.

    Returns
    -------
    DataFrame
        ``variant``, ``epoch``, ``val_loss`` (mean over folds).
    """
    rows = []
    for pair in found:
        if pair.model == model and pair.variant == LONG:
            for variant, record in (("tuned", pair.usual[0]), (LONG, pair.changed[0])):
                loss = record.history.query("stage == 'fit'").groupby("epoch")["val_loss"].mean()
                rows.append(loss.reset_index().assign(variant=variant))
    columns = ["variant", "epoch", "val_loss"]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)
