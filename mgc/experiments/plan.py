"""The next steps in the order of the report, and what cannot be or was not measured."""

from __future__ import annotations

from typing import NamedTuple

from mgc.experiments import (
    artists,
    attention,
    augmentation,
    coarse_first,
    composition,
    continual,
    degraded,
    ensembles,
    federated,
    frequency_axis,
    graph,
    labels,
    metadata,
    outside_music,
    search,
    transformer,
    views,
)
from mgc.experiments.step import Comparison, Step

MODELS = (frequency_axis.STEP, search.STEP, ensembles.STEP)
DATA = (augmentation.STEP, labels.STEP, composition.STEP)
FEATURES = (views.STEP, metadata.STEP)
ARCHITECTURES = (attention.STEP, transformer.STEP, graph.STEP)
TRAINING = (coarse_first.STEP, degraded.STEP, artists.STEP)
RESEARCH = (federated.STEP, continual.STEP, outside_music.STEP)

STEPS: tuple[Step, ...] = (
    *MODELS, *DATA, *FEATURES, *ARCHITECTURES, *TRAINING, *RESEARCH
)  # fmt: skip


class Unmeasured(NamedTuple):
    """A step without a measurement: why there is none, and what one would take."""

    step: str
    reason: str
    takes: str


NOT_TESTABLE: tuple[Unmeasured, ...] = (
    Unmeasured(
        "Other collections",
        "every track here is GTZAN's, and the demo is no collection of recordings",
        "audio of another collection with the same ten genres, and its artists",
    ),
    Unmeasured(
        "Human listeners",
        "nobody was asked; others report what people reach, on other music",
        "some dozen listeners, the 970 clips in random order, and their consent",
    ),
    Unmeasured(
        "Lyrics",
        "GTZAN has no words, and half a minute seldom holds a verse",
        "the text of each recording, licensed, matched by artist and title",
    ),
    Unmeasured(
        "Markets and users",
        "a deployment that nobody uses has no users to ask",
        "a service with listeners, and months of what they choose",
    ),
)

NOT_YET: tuple[Unmeasured, ...] = (
    Unmeasured(
        "Fine-tuning VGG16",
        "a full pass through the network in every step, and no stored output helps",
        "about three hours for five folds, a seed and two controls, or a graphics card",
    ),
    Unmeasured(
        "Bayesian optimisation of the networks",
        "twenty trials of five networks, each a fit",
        "about four hours, on validation tracks alone",
    ),
    Unmeasured(
        "Augmentation for networks, and of sound",
        "altered copies of pictures were given to logistic regression alone",
        "about three hours for the CNN, and audio of all of GTZAN for copies of sound",
    ),
    Unmeasured(
        "Other views as channels of the CNN, chroma",
        "logistic regression alone was shown other views, and chroma needs audio",
        "a fit of the CNN for each, and audio of all of GTZAN for chroma",
    ),
    Unmeasured(
        "Contrastive pretraining",
        "it trains on all pictures before it sees a label",
        "about two hours for a pretraining and its read-outs",
    ),
)


def comparisons() -> list[tuple[Step, Comparison]]:
    """List the rows of the ledger, each with its step."""
    return [(step, comparison) for step in STEPS for comparison in step.comparisons]
