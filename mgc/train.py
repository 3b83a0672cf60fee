"""Fit one model under one protocol, fold by fold; each finished fold is kept."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgc import cache, environment, inputs
from mgc.data import GENRES
from mgc.errors import MgcError
from mgc.features import FEATURE_VERSION
from mgc.fitted import Fitted, OnEpoch, Probabilities, Settings
from mgc.models import ABLATIONS, BASELINES, VARIANTS, Recipe, TunedRecipe, recipe
from mgc.models.recipe import as_settings, from_settings
from mgc.records import FORMAT, HISTORY_COLUMNS, P_COLUMNS, Record, Store, fit_id
from mgc.splits import Fold, Split

if TYPE_CHECKING:
    import keras

    from mgc.extraction import Arrays

Float = npt.NDArray[np.float32]


def configuration(
    edition: str,
    edition_hash: str,
    protocol: str,
    model: str,
    variant: str,
    seed: int,
    feature_version: str = FEATURE_VERSION,
) -> dict[str, Any]:
    """Everything that identifies a fit; its hash names the record.

    Parameters
    ----------
    edition, edition_hash : str
        Name and content hash of the edition.
    protocol, model, variant : str
    seed : int
    feature_version : str
        That of the edition.

    Returns
    -------
    config : dict
        As `config.json` of a record holds it.

    Raises
    ------
    MgcError
        An ablation of another model.
    """
    settings: dict[str, Any] = {}
    if model not in BASELINES:
        chosen = {**VARIANTS, **ABLATIONS}[variant]
        changed = {field: value for name, field, value in chosen.changes if name == model}
        if chosen.changes and not changed:
            raise MgcError(f"the ablation {variant} does not apply to {model}")
        settings = as_settings(replace(recipe(model, tuned=chosen.tuned), **changed), chosen)
    return {
        "format": FORMAT,
        "edition": edition,
        "edition_hash": edition_hash,
        "protocol": protocol,
        "model": model,
        # Nothing of a variant touches the baselines: one record serves all.
        "variant": "" if model in BASELINES else variant,
        "seed": seed,
        "feature_version": feature_version,
        "recipe": settings,
    }


def fold_entry(config: Mapping[str, Any], fold: Fold, settings: Settings) -> Path:
    """File that keeps a finished fold until the record is written."""
    return settings.cache_dir / "folds" / fit_id(config) / f"{fold.name}.npz"


def fit_fold(
    arrays: Arrays,
    split: Split,
    fold: Fold,
    config: Mapping[str, Any],
    settings: Settings,
    *,
    augmented: Sequence[Arrays] = (),
    on_epoch: OnEpoch | None = None,
) -> None:
    """Fit one fold and keep its predictions; does nothing where that was done before.

    Parameters
    ----------
    arrays : Arrays
    split : Split
        Of the tracks of `arrays`.
    fold : Fold
        One of `split.folds`. Validation and test parts are predicted once, after the fit.
    config : dict
        From `configuration`.
    settings : Settings
    augmented : sequence of Arrays
        Altered copies of the same tracks; only their training tracks are used.
    on_epoch : callable, optional
        Told of each epoch.

    Raises
    ------
    WeightsError
        If VGG16 finds no ImageNet weights.
    """
    entry = fold_entry(config, fold, settings)
    if cache.read(entry) is not None:
        return
    environment.reset_peak_memory()
    begin = time.perf_counter()
    targets = one_hot(arrays.genre[split.unit_track])
    if config["model"] in BASELINES:
        fitted = _fit_baseline(arrays, split, fold, str(config["model"]))
    elif isinstance(from_settings(config["recipe"]), TunedRecipe):
        from mgc import tuned

        fitted = tuned.fit(arrays, split, fold, targets, config, settings, on_epoch)
    else:
        fitted = _fit_network(arrays, split, fold, targets, config, settings, augmented, on_epoch)
    known = {
        "duration_s": round(time.perf_counter() - begin, 2),
        "peak_memory_mb": round(environment.peak_memory_mb()),
        "device": fitted.device,
        "predict_seconds_per_track": fitted.predict_seconds,
        "measured": fitted.measured,
        "architecture": fitted.architecture,
        "history": fitted.history,
    }
    facts = np.array(json.dumps(known))
    while True:
        cache.prepare(entry.parent)
        # Another run that concluded the same fit just now has removed the folder.
        with suppress(FileNotFoundError):
            cache.write(entry, {"valid": fitted.valid, "test": fitted.test, "facts": facts})
            return


def save_record(
    arrays: Arrays, split: Split, config: Mapping[str, Any], settings: Settings, store: Store
) -> Record:
    """Join the finished folds to a record and remove them.

    Parameters
    ----------
    arrays, split, config, settings
        As `fit_fold` had them; every fold of the split is finished.
    store : Store

    Returns
    -------
    record : Record
    """
    rows, history, facts = [], [], []
    for fold in split.folds:
        kept = cache.read(entry := fold_entry(config, fold, settings))
        if kept is None and (known := store.get(fit_id(config))) is not None:
            # Another run at the same time was first, and has removed its folds.
            cache.remove_folder(entry.parent)
            return known
        if kept is None:
            raise MgcError(f"{entry}: a finished fold is gone; run the command again")
        facts.append(json.loads(str(kept["facts"])))
        history += [{"fold": fold.name, **row} for row in facts[-1]["history"]]
        parts = ("valid", "test")
        rows += [_prediction_rows(arrays, split, fold, part, kept[part]) for part in parts]
    record = store.save(
        config,
        environment.describe(facts, settings.threads, config),
        facts[0]["architecture"],
        pd.DataFrame(history, columns=list(HISTORY_COLUMNS)),
        pd.concat(rows, ignore_index=True),
    )
    shutil.rmtree(settings.cache_dir / "folds" / record.fit_id, ignore_errors=True)
    return record


def one_hot(genre: npt.NDArray[np.str_]) -> Float:
    """Genres as rows of zeros with a single one, in the order of `mgc.data.GENRES`.

    Parameters
    ----------
    genre : ndarray [shape=(n,)], str

    Returns
    -------
    targets : ndarray [shape=(n, 10)], float32
    """
    return np.asarray(genre[:, None] == np.array(GENRES)[None, :], dtype=np.float32)


def _fit_network(
    arrays: Arrays,
    split: Split,
    fold: Fold,
    targets: Float,
    config: Mapping[str, Any],
    settings: Settings,
    augmented: Sequence[Arrays],
    on_epoch: OnEpoch | None,
) -> Fitted:
    from mgc import fitting

    name, plan = str(config["model"]), from_settings(config["recipe"])
    device = fitting.set_up(settings.threads, config["recipe"]["precision"])
    measured: dict[str, float] = {}
    x, y, train = _with_copies(arrays, split, fold, targets, config, settings, augmented, measured)
    fitting.start(seed=1000 * int(config["seed"]) + split.folds.index(fold))
    history: list[dict[str, Any]] = []
    architecture: list[dict[str, Any]] = []
    if name == "autoencoder":
        from mgc.models import autoencoder

        reconstructor = autoencoder.build(x.shape[1:])
        pair = (x[train], x[train]), (x[fold.valid], x[fold.valid])
        history += fitting.fit(reconstructor, *pair, plan, stage="autoencoder", on_epoch=on_epoch)
        architecture += fitting.describe(reconstructor)
        measured |= {
            "reconstruction_mse": min(row["val_loss"] for row in history),
            "reconstruction_variance": float(x[fold.valid].var(axis=0).mean()),
        }
        encoder = autoencoder.encoder(reconstructor)
        begin = time.perf_counter()
        x = np.asarray(encoder.predict(x, batch_size=plan.batch_size, verbose=0))
        measured["base_seconds_per_track"] = (time.perf_counter() - begin) / len(x)
    model = _classifier(name, x.shape[1:], n_train=len(train), plan=plan)
    parts = (x[train], y[train]), (x[fold.valid], y[fold.valid])
    history += fitting.fit(model, *parts, plan, on_epoch=on_epoch)
    valid = fitting.predict(model, x[fold.valid], plan.batch_size)
    begin = time.perf_counter()
    test = fitting.predict(model, x[fold.test], plan.batch_size)
    seconds = (time.perf_counter() - begin) / len(fold.test)
    architecture += fitting.describe(_whole(name, model))
    return Fitted(valid, test, history, architecture, device, seconds, measured)


def _classifier(name: str, shape: tuple[int, ...], *, n_train: int, plan: Recipe) -> keras.Model:
    """Build the network that is fitted to genres: all of it, or what stands on fixed features."""
    from mgc.models import autoencoder, build, cnn, vgg16

    if name == "autoencoder":
        return autoencoder.build_classifier(len(GENRES))
    if name == "vgg16":
        return vgg16.build_head(len(GENRES))
    if name == "cnn":
        n_steps = -(-n_train // plan.batch_size)
        return cnn.build(shape, len(GENRES), batch_norm_momentum=cnn.momentum(n_steps))
    return build(name, shape, len(GENRES))


def _whole(name: str, model: keras.Model) -> keras.Model:
    """Build the network as the report draws it, for the description alone."""
    if name != "vgg16":
        return model
    from mgc.models import vgg16

    return vgg16.build(vgg16.INPUT_SHAPE, len(GENRES))


def _with_copies(
    arrays: Arrays,
    split: Split,
    fold: Fold,
    targets: Float,
    config: Mapping[str, Any],
    settings: Settings,
    augmented: Sequence[Arrays],
    measured: dict[str, float],
) -> tuple[Float, Float, npt.NDArray[np.int64]]:
    """Scaled inputs and targets, the training units' altered copies behind the units."""
    plan, pool = from_settings(config["recipe"]), int(config["recipe"]["frame_pool"])
    picture = plan.scaling == "picture"

    def gather(source: Arrays, units: npt.NDArray[np.int64]) -> Float:
        chosen = split.unit_track[units], split.unit_segment[units]
        if not picture:
            return inputs.unit_inputs(source, *chosen, plan.representation, pool)
        # The base was trained on pictures of 224 x 224: it is given all the detail there is.
        compute = partial(inputs.transfer_features, cache_dir=settings.cache_dir)
        features, seconds = inputs.picture_inputs(source, *chosen, 1, compute)
        measured["base_seconds_per_track"] = seconds
        return features

    everything = np.arange(len(split.unit_track))
    x, y, train = gather(arrays, everything), targets, fold.train
    for copy in augmented:
        train = np.concatenate([train, len(x) + np.arange(len(fold.train))])
        x, y = (
            np.concatenate([x, gather(copy, fold.train)]),
            np.concatenate([y, targets[fold.train]]),
        )
    return (x if picture else inputs.scale(x, train, plan.scaling)), y, train


def _fit_baseline(arrays: Arrays, split: Split, fold: Fold, name: str) -> Fitted:
    from sklearn.linear_model import LogisticRegression

    genre = arrays.genre[split.unit_track]
    x = inputs.unit_inputs(arrays, split.unit_track, split.unit_segment, "tabular", 1)
    x = inputs.scale(x, fold.train, "per column")
    if name == "majority":
        shares = np.array([(genre[fold.train] == g).mean() for g in GENRES])
        valid, test = (np.tile(shares, (len(part), 1)) for part in (fold.valid, fold.test))
        return Fitted(valid, test, [], [], "CPU", 0.0)
    model = LogisticRegression(max_iter=5000).fit(x[fold.train], genre[fold.train])
    columns = [GENRES.index(g) for g in model.classes_]
    parts = []
    for part in (fold.valid, fold.test):
        p = np.zeros((len(part), len(GENRES)))
        p[:, columns] = model.predict_proba(x[part])
        parts.append(p)
    layer = {
        "name": "logistic",
        "type": "Softmax regression",
        "output_shape": [len(columns)],
        "parameters": int(model.coef_.size + model.intercept_.size),
        "trainable": True,
    }
    return Fitted(parts[0], parts[1], [], [layer], "CPU", 0.0)


def _prediction_rows(
    arrays: Arrays, split: Split, fold: Fold, part: str, p: Probabilities
) -> pd.DataFrame:
    units = getattr(fold, part)
    track = split.unit_track[units]
    frame = pd.DataFrame(
        {
            "track_id": arrays.track_id[track],
            "segment": split.unit_segment[units],
            "part": part,
            "fold": fold.name,
            "genre": arrays.genre[track],
        }
    )
    return pd.concat([frame, pd.DataFrame(p, columns=list(P_COLUMNS))], axis=1)
