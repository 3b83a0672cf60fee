"""The published runs: which fits the book rests on, what is done, and how long the rest takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean

import pandas as pd

from mgc.datasets.splits import FEWER_TRACKS, LEAK_SHARES, WATERFALL
from mgc.errors import DataError
from mgc.features.arrays import Arrays
from mgc.models import BASELINES, CLASSICAL, NAMES, ON_PICTURES
from mgc.records.config import fit_id
from mgc.records.store import Record, Store
from mgc.records.study import Study, prepare_study
from mgc.training import fits as fits_module

ARCHIVE, MINI = "gtzan-archive", "gtzan-mini"


@dataclass(frozen=True)
class Block:
    """Fits that belong together: one edition (its name), protocol and variant.

    They are kept in the folder `store` beside the published fits; empty for these themselves.
    """

    edition: str
    protocol: str
    variant: str
    seeds: tuple[int, ...]
    models: tuple[str, ...] = NAMES
    store: str = ""


PLAN: tuple[Block, ...] = (
    Block(ARCHIVE, "artist_cv", "tuned", (0, 1, 2), BASELINES),
    *(
        Block(ARCHIVE, protocol, "tuned", (0,), CLASSICAL)
        for protocol in ("artist_cv", "fault_filtered", "random")
    ),
    Block(ARCHIVE, "artist_cv", "tuned", (0,)),
    Block(ARCHIVE, "artist_cv", "tuned", (1, 2)),
    Block(ARCHIVE, "fault_filtered", "tuned", (0,), BASELINES),
    Block(ARCHIVE, "random", "tuned", (0, 1, 2), BASELINES),
    Block(ARCHIVE, "leaky_segments", "tuned", (0,), BASELINES),
    Block(ARCHIVE, "track_disjoint_segments", "tuned", (0,), BASELINES),
    Block(ARCHIVE, "cv5", "tuned", (0,), BASELINES),
    Block(MINI, "cv5", "tuned", (0,), BASELINES),
    Block(ARCHIVE, "fault_filtered", "tuned", (0,)),
    Block(ARCHIVE, "random", "tuned", (0,)),
    Block(ARCHIVE, "leaky_segments", "tuned", (0,)),
    Block(ARCHIVE, "track_disjoint_segments", "tuned", (0,)),
    Block(ARCHIVE, "fault_filtered", "tuned", (1, 2)),
    Block(ARCHIVE, "fault_filtered", "as_written", (0,)),
    Block(ARCHIVE, "random", "tuned", (1, 2)),
    Block(ARCHIVE, "leaky_segments", "as_written", (0,), ("mlp", "lstm")),
    Block(ARCHIVE, "track_disjoint_segments", "as_written", (0,), ("mlp", "lstm")),
    Block(ARCHIVE, "cv5", "tuned", (0,), ("mlp", "vgg16")),
    Block(ARCHIVE, "fault_filtered", "no_scaling", (0, 1, 2), ("mlp", "lstm")),
    Block(ARCHIVE, "fault_filtered", "no_mixup", (0, 1, 2), ("mlp", "lstm", "vgg16")),
    Block(MINI, "cv5", "tuned", (0,)),
    Block(ARCHIVE, "fault_filtered", "no_scaling", (0, 1, 2), ("cnn",)),
    Block(ARCHIVE, "random", "as_written", (0,)),
    Block(ARCHIVE, "fault_filtered", "no_log", (0, 1, 2), ("cnn",)),
    Block(ARCHIVE, "fault_filtered", "as_written", (1, 2)),
    Block(ARCHIVE, "fault_filtered", "random_weights", (0, 1, 2), ("vgg16",)),
    Block(ARCHIVE, "fault_filtered", "block5", (0, 1, 2), ("vgg16",)),
    Block(ARCHIVE, "fault_filtered", "block5_random_weights", (0, 1, 2), ("vgg16",)),
    Block(ARCHIVE, "artist_cv", "random_weights", (0, 1, 2), ("vgg16",)),
    Block(ARCHIVE, "artist_cv", "block5", (0, 1, 2), ("vgg16",)),
    *(
        Block(ARCHIVE, rung, "tuned", (0,), models, "waterfall")
        for models in (BASELINES, (ON_PICTURES,))
        for rung in WATERFALL
    ),
    *(
        Block(ARCHIVE, rung, "tuned", (0,), (model,), "waterfall")
        for model in ("vgg16", "mlp", "cnn", "lstm", "autoencoder")
        for rung in WATERFALL
    ),
    Block(ARCHIVE, "fault_filtered", "shuffled", (0, 1, 2), ("lstm",)),
    Block(ARCHIVE, "fault_filtered", "shuffled_to_test", (0, 1, 2), ("lstm",)),
    *(
        Block(ARCHIVE, protocol, "tuned", (0,), ("logistic", "vgg16", "mlp", "cnn"), "curves")
        for protocol in FEWER_TRACKS
    ),
    *(
        Block(ARCHIVE, "artist_cv", variant, (0,), ("cnn",), "controls")
        for variant in ("log_frequency", "no_mixup", "no_dropout", "no_smoothing", "no_decay")
    ),
    Block(ARCHIVE, "artist_cv", "long", (0,), store="controls"),
    Block(ARCHIVE, "artist_cv", "long", (1, 2), store="controls"),
    *(
        Block(ARCHIVE, protocol, "retuned", (0, 1, 2))
        for protocol in ("artist_cv", "fault_filtered", "random")
    ),
    *(Block(ARCHIVE, rung, "retuned", (0,), ("cnn",), "waterfall") for rung in WATERFALL),
    Block(ARCHIVE, "fault_filtered", "long", (0, 1, 2), store="controls"),
    Block(ARCHIVE, "artist_cv", "no_dropout", (1, 2), ("cnn",), "controls"),
    Block(ARCHIVE, "artist_cv", "log_frequency", (1,), ("cnn",), "controls"),
    Block(ARCHIVE, "fault_filtered", "tuned", (3, 4), ("cnn",), "controls"),
    Block(ARCHIVE, "fault_filtered", "no_log", (3, 4), ("cnn",), "controls"),
    Block(ARCHIVE, "fault_filtered", "long_crops", (0, 1, 2), ("cnn",)),
    Block(ARCHIVE, "artist_cv", "as_written", (0,)),
    *(
        Block(ARCHIVE, protocol, "tuned", seeds, models, "leak")
        for seeds, models in (
            ((0, 1, 2), ("logistic", "mlp")),
            ((0,), ("cnn",)),
            ((1, 2), ("cnn",)),
        )
        for protocol in LEAK_SHARES
    ),
)
"""In the order in which they are run: what the book needs most comes first."""


def studies(
    records: str | Path, cache: str | Path, sources: Mapping[str, str | Path | None]
) -> list[tuple[Block, Study]]:
    """Open the study of each block whose data are at hand, the editions described first.

    Parameters
    ----------
    records, cache : str or Path
        As for `mgc.records.study.prepare_study`.
    sources : mapping of str to str, Path or None
        Name of an edition to its archive or folder; DataError where that is another edition.
        Without one, records must be there.
    """
    found: list[tuple[Block, Study]] = []
    opened: dict[str, Study] = {}
    for block in PLAN:
        source = sources.get(block.edition)
        if not source and Store(records).edition(block.edition) is None:
            continue
        if block.edition not in opened:
            study = prepare_study(source or block.edition, records=records, cache=cache)
            if study.edition_record.name != block.edition:
                raise DataError(
                    f"{source}: this is {study.edition_record.name}, and the published runs need"
                    f" {block.edition} in this place"
                )
            opened[block.edition] = study
        study = opened[block.edition]
        question = {key: getattr(block, key) for key in ("protocol", "variant", "seeds")}
        store = Store(study.store.root / block.store)
        found.append((block, replace(study, store=store, **question)))
    return found


def status(plan: Iterable[tuple[Block, Study]], known: Sequence[Record] = ()) -> pd.DataFrame:
    """Say of each block how many fits have a record, and how long the others will take.

    The time of a missing fit is the mean of the `known` ones of the same edition, model and
    variant, under the same protocol if there are any.

    Returns
    -------
    DataFrame
        ``edition``, ``protocol``, ``variant``, ``models``, ``seeds``, ``done``, ``left``,
        ``minutes`` (of one process; NaN where nothing is known of a model).
    """
    rows = []
    for block, study in plan:
        left = fits_module.missing(study, block.models)
        minutes = [_minutes(config, known) for config in left]
        rows.append(
            {
                "edition": block.edition,
                "protocol": block.protocol,
                "variant": block.variant,
                "models": "baselines" if block.models == BASELINES else " ".join(block.models),
                "seeds": " ".join(map(str, block.seeds)),
                "done": len(block.models) * len(block.seeds) - len(left),
                "left": len(left),
                "minutes": sum(minutes) if left else 0.0,
            }
        )
    return pd.DataFrame(rows)


def describe_demo(store: Store, cache: str | Path) -> None:
    """Keep the description of the demo edition in a store, for its audio and its artists."""
    if store.edition("demo") is None:
        prepare_study("demo", records=store.root, cache=cache)


def _minutes(config: dict[str, object], known: Sequence[Record]) -> float:
    # The time of a fit on a graphics card says nothing about a processor, which most have.
    known = [record for record in known if record.environment["device"] == "CPU"]
    alike = [r for r in known if _same(r, config, ("edition", "model", "variant"))]
    closest = [r for r in alike if _same(r, config, ("protocol",))] or alike
    if not closest:
        return float("nan")
    return mean(float(record.environment["duration_s"]) for record in closest) / 60


def _same(record: Record, config: dict[str, object], keys: Iterable[str]) -> bool:
    return all(record.config[key] == config[key] for key in keys)


def fit_plan(
    plan: Sequence[tuple[Block, Study]], *, jobs: int | None, progress: bool = True
) -> None:
    """Fit what has no record yet, block by block; each record is kept when it is done."""
    known: dict[str, Arrays] = {}
    unique: dict[str, fits_module.Fit] = {}
    for block, study in plan:
        key = study.edition_record.key
        left = fits_module.pending(
            study, block.models, jobs=jobs, progress=progress, arrays=known.get(key)
        )
        for fit in left:
            known[key] = fit.arrays
            unique[fit_id(fit.config)] = fit
    fits_module.carry_out(list(unique.values()), jobs=jobs, progress=progress, ordered=True)
