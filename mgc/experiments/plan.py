"""The next steps in the order of the report, and what cannot be or was not measured."""

from __future__ import annotations

from typing import NamedTuple

from mgc.experiments import (
    artists,
    attention,
    augmentation,
    channels,
    coarse_first,
    composition,
    continual,
    contrastive,
    controls,
    degraded,
    ensembles,
    federated,
    fine_tuning,
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

MODELS = (fine_tuning.STEP, frequency_axis.STEP, search.STEP, ensembles.STEP)
DATA = (augmentation.STEP, labels.STEP, composition.STEP)
FEATURES = (views.STEP, channels.STEP, metadata.STEP)
ARCHITECTURES = (attention.STEP, transformer.STEP, graph.STEP)
TRAINING = (contrastive.STEP, coarse_first.STEP, degraded.STEP, artists.STEP)
RESEARCH = (federated.STEP, continual.STEP, outside_music.STEP)

STEPS: tuple[Step, ...] = (
    *MODELS, *DATA, *FEATURES, *ARCHITECTURES, *TRAINING, *RESEARCH
)  # fmt: skip


CONTROLS: tuple[Comparison, ...] = (*controls.ON_JAX, controls.TWICE)
"""Fitted with the steps, and no row of the ledger."""


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
        "Fine-tuning VGG16 from random weights",
        "tried once, at the rate that suits ImageNet's weights: after the first steps the network"
        " named one genre whatever it heard, which says nothing about the weights",
        "a rate of its own, chosen on validation tracks, and a graphics card",
    ),
    Unmeasured(
        "Bayesian optimisation of the larger networks",
        "twenty trials a fold of the MLP and of VGG16's head take minutes, those of the LSTM an"
        " hour, and those of the other two more",
        "for the CNN and the autoencoder about a day of a processor, or an hour or two of a"
        " graphics card",
    ),
    Unmeasured(
        "Augmentation of sound, and chroma with artists apart",
        "pictures were altered, and pictures hold no chroma",
        "audio of all of GTZAN",
    ),
)


def comparisons() -> list[tuple[Step, Comparison]]:
    """List the rows of the ledger, each with its step."""
    return [(step, comparison) for step in STEPS for comparison in step.comparisons]
