"""Transfer from music: the network that learned from other songs, beside one from photographs."""

from __future__ import annotations

from mgc.experiments.ensembles import published
from mgc.experiments.step import Comparison, Step
from mgc.records.store import Record
from mgc.records.study import Study

PROTOCOL = "fault_filtered"


def _musicnn(study: Study, seed: int) -> Record | None:
    found = study.store.transfer.find(protocol=PROTOCOL, seed=seed)
    return found[0] if found else None


STEP = Step(
    name="Transfer from music",
    question="VGG16 learned from photographs. What does a network know that learned from songs?",
    changed="The frozen network, and with it what it reads and how it is read. MusiCNN, trained on"
    " tags of 200,000 songs, hears sound, and logistic regression reads its fifty tags; VGG16"
    " reads coarse pictures, and a trained head reads its filters.",
    fitted="Nothing new: the records are those of the shipped network and of the book.",
    comparisons=(
        Comparison(
            "A network that learned from other songs (MusiCNN)",
            "one that learned from photographs (VGG16)",
            (_musicnn, lambda study, seed: published(study, "vgg16", seed)),
            protocol=PROTOCOL,
            seeds=((0,), (0, 1, 2)),
        ),
    ),
)
