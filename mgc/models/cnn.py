"""The convolutional network on mel-spectrograms (report, model 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mgc.models.recipe import Recipe, TunedRecipe

if TYPE_CHECKING:
    import keras

RECIPE = Recipe(
    representation="spectrogram", scaling="per track", batch_size=16, epochs=50, warm_up=10
)

TUNED = TunedRecipe(
    representation="spectrogram", scaling="per track", batch_size=16, epochs=40, steps=56,
    learning_rate=3e-3, crop_s=3.0, mixup=0.3, label_smoothing=0.1, weight_decay=0.05,
    batch_norm_momentum=0.9,
)  # fmt: skip
"""Chosen on the validation part of `fault_filtered`; `mgc.training.trials` lists the trials."""

REPORT_MOMENTUM = 0.99
"""Keras's default momentum of batch normalisation, which the report uses."""
REPORT_STEPS = 35
"""Steps of one epoch in the report: 560 training tracks in batches of 16."""


def momentum(n_steps: int) -> float:
    """Momentum that makes batch normalisation settle in as many epochs as in the report.

    The moving averages keep 0.99 of their value at each step, in the report 0.99^35 = 0.70 in
    an epoch. Ten times fewer tracks make ten times fewer steps, and early stopping would judge a
    network whose averages still hold their initial values. `n_steps` are those of one epoch, at
    least 1; the result lies in (0, 1).
    """
    return float(REPORT_MOMENTUM ** (REPORT_STEPS / n_steps))


def build(
    input_shape: tuple[int, ...],
    n_classes: int,
    *,
    batch_norm_momentum: float = REPORT_MOMENTUM,
    dropout: bool = True,
) -> keras.Model:
    """Four convolutional blocks, 32 to 256 filters, then global average pooling.

    526,474 parameters for log-mel spectrograms, standardised per track, of the shape
    (128, n_frames, 1), n_frames at least 46, and ten classes. `batch_norm_momentum` lies in
    (0, 1); without `dropout`, which is a control, the layers of it do nothing.
    """
    from keras import Input, Sequential, layers

    model = Sequential([Input(input_shape)], name="cnn")
    for filters in (32, 64, 128, 256):
        model.add(layers.Conv2D(filters, (3, 3), activation="relu"))
        model.add(layers.BatchNormalization(momentum=batch_norm_momentum))
        if filters < 256:
            model.add(layers.MaxPooling2D((2, 2)))
            model.add(layers.Dropout(0.25 * dropout))
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dense(512, activation="relu"))
    model.add(layers.Dropout(0.5 * dropout))
    model.add(layers.Dense(n_classes, activation="softmax"))
    return model
