"""The one figure of the front page, and the picture that shows up where the book is shared.

Accuracy of each network and baseline, on the split of the study and on a random one, beside what
the report claims. It stands inside the page in two widths, so that a phone can show it.
"""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from pathlib import Path

import matplotlib as mpl
import pandas as pd
from PIL import Image

from mgc.datasets.facts import report_claims
from mgc.datasets.gtzan import WHOLE_GTZAN
from mgc.datasets.splits import PROTOCOL_TITLES
from mgc.display.figures import comparison_plots, style
from mgc.display.formats import count, percent
from mgc.display.system_tables import taught_figures
from mgc.evaluation.results import accuracy_table
from mgc.evaluation.significance import fits_of
from mgc.models import BASELINES, NAMES, ON_PICTURES
from mgc.records.study import Study

OTHER = "random"
TITLES = {"artist_cv": "artists kept apart", "random": "random split"}
"""What the legend calls a protocol for those who have not read the book yet."""
WIDTHS = {"wide": 7.2, "narrow": 3.5}
"""Class of each drawing, and its width in inches."""


@dataclass(frozen=True, eq=False)
class FrontFigure:
    """All that the figure shows.

    ``table`` has a row a network or baseline and protocol: ``model``, ``label``, ``group`` (title
    of the protocol, the study's first), ``accuracy``, ``low``, ``high`` (0 to 1; NaN: not run).
    ``claims`` are the report's accuracies by model, ``n_tracks`` the test tracks under the study's
    protocol (0 without records), ``chance`` is the accuracy of guessing. ``taught`` are published
    accuracies of networks that first learned from other music, none but on GTZAN.
    """

    table: pd.DataFrame
    claims: dict[str, float]
    n_tracks: int
    chance: float
    taught: tuple[float, ...] = ()


def front_figure(study: Study) -> FrontFigure:
    """Read from the records of a study what the figure shows; all claims, whatever was run."""
    tables, further = [], study.tuned_further()
    # The same recipes under both protocols, or the figure would compare two things at once.
    both = replace(study, protocol=OTHER).tuned_further().variant == further.variant
    asked = further if both else study
    for protocol in dict.fromkeys((study.protocol, OTHER)):
        groups = asked.groups(protocol=protocol, models=(*NAMES, *BASELINES))
        groups |= fits_of(asked.groups(protocol=protocol, models=(ON_PICTURES,)))
        table = accuracy_table(groups).assign(
            group=TITLES.get(protocol, PROTOCOL_TITLES[protocol])
        )
        if protocol == study.protocol or table["accuracy"].notna().any():
            tables.append(table)
    columns = ["model", "label", "group", "accuracy", "low", "high"]
    claims = report_claims().set_index("model")["accuracy"]
    n_tracks = tables[0]["n_tracks"].max()
    known = taught_figures()
    taught = known.loc[known["taught"], "accuracy"] / 100
    return FrontFigure(
        pd.concat(tables, ignore_index=True)[columns],
        {str(model): share for model, share in claims.items()},
        0 if pd.isna(n_tracks) else int(n_tracks),
        1 / study.edition_record.tracks["genre"].nunique(),
        tuple(taught) if study.edition_record.name in WHOLE_GTZAN else (),
    )


def caption(shown: FrontFigure) -> str:
    """Say what to see, in sentences that follow the data."""
    if not shown.n_tracks:
        return "There are no records of this study yet, so the figure shows the claims alone."
    main, *other = shown.table["group"].unique()
    said = [f"Dots: accuracy on {count(shown.n_tracks)} test tracks, {main}, with 95 % intervals."]
    if other:
        said.append(
            f"Squares: the same recipes on a {other[0]}, which leaves artists, albums and"
            " copies on both sides."
        )
    said.append("Diamonds: what the report claims for a random split.")
    if shown.taught:
        said.append(
            f"Grey ground: published scores of {count(len(shown.taught))} systems that first"
            " learned from other recordings, on the fault-filtered split."
        )
    table = shown.table.assign(claim=shown.table["model"].map(shown.claims))
    table = table.dropna(subset=["claim", "high"])
    beyond = (table["claim"] > table["high"]).groupby(table["group"]).sum()
    n, k = int((table["group"] == main).sum()), int(beyond.get(main, 0))
    if n > 1:
        also = f", {_also(int(beyond.get(other[0], 0)), n)}" if other and k == n else ""
        said.append(f"{_of(k, n)} above the interval of its network{also}.")
    return " ".join(said)


def _of(k: int, n: int) -> str:
    """Say how many of n claims lie somewhere, to go on with a place."""
    if k == n:
        return "Every claim lies"
    return (
        f"{count(k)} of {count(n)} claims {'lies' if k == 1 else 'lie'}" if k else "No claim lies"
    )


def _also(still: int, n: int) -> str:
    """Say for how many claims the random split does not change that."""
    if still == n:
        return "and the random split does not change that"
    return (
        f"and {count(still) if still else 'none'} of them above the one on the random split, too"
    )


def page_html(shown: FrontFigure) -> str:
    """Return the figure as HTML, one block without an empty line."""
    drawings = [
        style.page_svg(
            comparison_plots.accuracies(
                shown.table,
                claims=shown.claims,
                line=shown.chance,
                band=(min(shown.taught), max(shown.taught)) if shown.taught else None,
                band_label="learned from other music",
                width=width,
            ),
            name,
            alternative(shown),
        )
        for name, width in WIDTHS.items()
    ]
    below = f"<figcaption>{html.escape(caption(shown))}</figcaption>"
    return "\n".join(('<figure class="mgc-answer">', *drawings, below, "</figure>"))


def alternative(shown: FrontFigure) -> str:
    """Return the alternative text: every value that the drawing shows."""
    parts = []
    for (model, label), rows in shown.table.groupby(["model", "label"], sort=False):
        said = [
            f"{percent(row['accuracy'])} ({percent(row['low'])} to {percent(row['high'])})"
            f" {row['group']}"
            for _, row in rows.dropna(subset=["accuracy"]).iterrows()
        ]
        said += [f"{percent(shown.claims[model])} claimed"] if model in shown.claims else []
        parts.append(f"{label}: {', '.join(said) or 'not run'}")
    if shown.taught:
        ends = f"{percent(min(shown.taught))} to {percent(max(shown.taught))}"
        parts.append(f"Networks that learned from other music, as published: {ends}")
    return f"Accuracy of networks and baselines. {'. '.join(parts)}."


def preview(shown: FrontFigure, title: str, path: Path) -> None:
    """Draw the preview that other sites show beside a link to the book, whose title it bears.

    A PNG of 1200 by 630 pixels, some tens of kilobytes.
    """
    table = shown.table[shown.table["model"].isin(list(shown.claims))]
    table = table[table["group"] == (protocol := shown.table["group"].iloc[0])]
    with mpl.rc_context():
        table = table.assign(group=f"measured, {protocol}, 95 % interval")
        figure = comparison_plots.accuracies(table, claims=shown.claims)
        figure.set_size_inches(6, 3.15)
        figure.axes[0].set_xlabel("")
        title += "\nFive networks, ten genres: claimed and measured"
        figure.suptitle(title, x=0.02, ha="left", weight="bold", size=13, color=style.ACCENT)
        figure.legends[0].remove()
        figure.legend(loc="outside lower center", ncols=2)
        mpl.rcParams["savefig.bbox"] = None
        figure.savefig(path, dpi=200, metadata={"Software": None})
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)
