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
        " named one genre whatever it heard, which says nothing about the weights; random weights"
        " that stay frozen are a control of chapter 4",
        "a rate of its own, chosen on validation tracks, and a graphics card",
    ),
    Unmeasured(
        "Bayesian optimisation of the CNN",
        "twenty trials a fold of the other four networks take minutes to some hours, those of the"
        " CNN more",
        "about a day of a processor, or an hour or two of a graphics card",
    ),
    Unmeasured(
        "Augmentation of sound, and chroma with artists apart",
        "pictures were altered, and pictures hold no chroma; on the hundred tracks with audio,"
        " whose artists cannot be kept apart, altered sound would be a description only, as"
        " chroma is, and was not made",
        "audio of all of GTZAN",
    ),
    Unmeasured(
        "Fine-tuning with few labels",
        "what pretraining learned was read with one, ten and all labelled tracks of each genre;"
        " the CNN went on learning with all of them, and other numbers were not fitted",
        "the CNN's training for each number of labels, with and without pretraining: some hours"
        " of a graphics card",
    ),
)


def comparisons() -> list[tuple[Step, Comparison]]:
    """List the rows of the ledger, each with its step."""
    return [(step, comparison) for step in STEPS for comparison in step.comparisons]
