"""What the book rests on in this build: fit what is missing, then describe the records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from mgc.cli.tables import prepared
from mgc.training.fits import fit_all
from mgc.training.published import describe_demo
from tools.pages.content import explorer, numbers
from tools.pages.content.numbers import Fit
from tools.pages.project import Options, Project

if TYPE_CHECKING:
    from mgc.display.figures.front_page import FrontFigure


@dataclass(frozen=True)
class Evidence:
    """The data and the records behind one build, for its front page and status page.

    Attributes
    ----------
    edition, content_hash : str
        Name and hash of the data.
    n_tracks : int
    protocol, variant : str
    records : int
        Fits that the chapters read.
    devices : tuple of str
        What did the fitting, as the records say.
    packages : tuple of (str, str)
        Packages and versions of the fits; several versions are joined by a comma.
    minutes : float
        Time of all fits together.
    fits : tuple of tools.pages.content.numbers.Fit
        Every record of the store, for the page of numbers.
    explored : dict
        What the confusion explorer shows of them.
    answer : mgc.display.figures.front_page.FrontFigure or None
        What the figure of the front page shows.
    """

    edition: str
    content_hash: str
    n_tracks: int
    protocol: str
    variant: str
    records: int
    devices: tuple[str, ...]
    packages: tuple[tuple[str, str], ...]
    minutes: float
    fits: tuple[Fit, ...] = ()
    explored: explorer.Data = field(default_factory=dict)
    answer: FrontFigure | None = None


def prepare(project: Project, options: Options) -> Evidence:
    """Fit the models that have no record yet (working mode), and say what there is.

    Raises
    ------
    MgcError
        The data or the records cannot be used; the message says why.
    """
    from mgc.display.figures.front_page import front_figure
    from mgc.records.study import open_study

    study = (prepared if options.working else open_study)(
        options.data,
        records=str(project.records(options)),
        protocol=options.protocol,
        variant=options.variant,
        seeds=(options.seed,),
    )
    if options.working:
        fit_all(study, jobs=options.jobs, fresh=options.fresh)
        if study.source().archive is not None:  # chapters then describe the demo's audio
            describe_demo(study.store, study.cache)
    edition = study.edition_record
    everything = study.store.find()
    known = [*everything, *study.store.leak.find()]
    records = [one for one in everything if one.config["edition_hash"] == edition.content_hash]
    first = (edition.name, options.protocol, study.tuned_further().variant)
    return replace(
        describe(edition, records, options),
        fits=numbers.describe(known),
        explored=explorer.describe(study.store, everything, first),
        answer=front_figure(study),
    )


def describe(edition: Any, records: Sequence[Any], options: Options) -> Evidence:
    """Summarise an edition and its records."""
    environments = [record.environment for record in records]
    versions: dict[str, set[str]] = {}
    for environment in environments:
        for name, version in environment["packages"].items():
            versions.setdefault(name, set()).add(str(version))
    return Evidence(
        edition=edition.name,
        content_hash=edition.content_hash,
        n_tracks=edition.n_tracks,
        protocol=options.protocol,
        variant=options.variant,
        records=len(records),
        devices=tuple(sorted({environment["device"] for environment in environments})),
        packages=tuple((name, ", ".join(sorted(versions[name]))) for name in sorted(versions)),
        minutes=sum(environment["duration_s"] for environment in environments) / 60,
    )
