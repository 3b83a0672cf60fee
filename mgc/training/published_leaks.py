"""The fits behind the page on leaks: which there are, and the command that makes them.

``python -m mgc.training.published_leaks --archive FILE`` fits what has no record yet; ``--status``
only says what that is. The records stand in a folder of their own, ``leak`` beside the published
fits.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from mgc.datasets.splits import LEAK_SHARES
from mgc.errors import DataError, MgcError, sentence
from mgc.records.store import Store, default_root
from mgc.records.study import Study, open_study
from mgc.training import fits as fits_module
from mgc.training.published import ARCHIVE, Block, status

SEEDS = (0, 1, 2)
MODELS = (("", "logistic"), ("tuned", "mlp"), ("tuned", "cnn"))
"""Variant and model, in the order of the buttons; the baseline has no variant."""

PLAN: tuple[Block, ...] = tuple(
    Block(ARCHIVE, protocol, variant or "tuned", seeds, (model,))
    for (variant, model), seeds in (
        (MODELS[0], SEEDS),
        (MODELS[1], SEEDS),
        *((MODELS[2], (seed,)) for seed in SEEDS),
    )
    for protocol in LEAK_SHARES
)
"""Cheap models first, then the CNN seed by seed, so that a run that is cut short has curves."""


def studies(source: str | Path, records: str | Path, cache: str | Path = "") -> list[Study]:
    """Open the study of each block; their store is that of the page on leaks.

    Parameters
    ----------
    source : str or Path
        The spectrogram archive; empty to look at records only.
    records : str or Path
        Store of the published records, which describes the edition.
    cache : str or Path

    Returns
    -------
    studies : list of Study
        In the order of `PLAN`.

    Raises
    ------
    DataError
        The source is another edition.
    """
    found = []
    for block in PLAN:
        study = open_study(
            source or ARCHIVE,
            records=records,
            protocol=block.protocol,
            variant=block.variant,
            seeds=block.seeds,
            cache=cache,
        )
        if study.edition_record.name != ARCHIVE:
            raise DataError(
                f"{source}: this is {study.edition_record.name}; name the archive of all of GTZAN"
            )
        found.append(replace(study, store=study.store.leak))
    return found


def run(plan: list[Study], *, progress: bool = True) -> None:
    """Fit what has no record yet, one after the other, each on one core.

    Parameters
    ----------
    plan : list of Study
        From `studies`, with the archive at hand.
    progress : bool
    """
    for block, study in zip(PLAN, plan, strict=True):
        fits = fits_module.pending(study, block.models, jobs=1, progress=progress)
        alone = [replace(fit, settings=replace(fit.settings, threads=1)) for fit in fits]
        fits_module.carry_out(alone, jobs=1, progress=progress, ordered=True)


@click.command()
@click.option("--archive", default="", help="Spectrogram archive of all of GTZAN.")
@click.option("--records", default="", help="Store [MGC_RECORDS, or book/records of the clone].")
@click.option("--status", "only_say", is_flag=True, help="Say what is done and left; fit nothing.")
def main(archive: str, records: str, only_say: bool) -> None:
    """Make the records of the page on leaks; continues where it stopped."""
    from mgc.cli.tables import console_for_output, print_frame

    try:
        store = Store(records or default_root())
        plan = studies(archive, store.root)
        table = status(zip(PLAN, plan, strict=True), store.leak.find())
        print_frame(console_for_output(), "Fits of the page on leaks", table, {"minutes": ".0f"})
        if not only_say and table["left"].sum():
            run(plan)
    except MgcError as problem:
        raise click.ClickException(sentence(problem)) from problem


if __name__ == "__main__":
    main()
