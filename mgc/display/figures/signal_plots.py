"""Figures of sound: waveform, mel-spectrogram, cepstra, chroma and rhythm, one panel a genre.

All take a sequence of clips, usually one a genre, and raise ValueError when there is none. They
share one layout, so that a reader compares a genre with its neighbours and one figure with the
next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import librosa
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from mgc.audio.samples import SAMPLE_RATE
from mgc.datasets import tracks
from mgc.display.demo_clips import Clip
from mgc.display.figures import style
from mgc.features.archive_picture import FREQ_HZ, N_BINS, picture
from mgc.features.extract import HOP_LENGTH, N_FFT, N_FRAMES, N_MELS
from mgc.features.names import FEATURE_NAMES

PICTURE_DPI = 110
_SECONDS = N_FRAMES * HOP_LENGTH / SAMPLE_RATE

Draw = Callable[[Axes, Clip], AxesImage | None]


def waveforms(clips: Sequence[Clip]) -> Figure:
    """Draw the amplitude of each clip over its whole length.

    Peak envelope (smallest and largest sample) of 600 slices a clip.
    """

    def draw(axes: Axes, clip: Clip) -> None:
        slices = np.array_split(clip.samples, 600)
        seconds = np.linspace(0, len(clip.samples) / SAMPLE_RATE, len(slices))
        low, high = [part.min() for part in slices], [part.max() for part in slices]
        axes.fill_between(seconds, low, high, color=style.colour(clip.genre), linewidth=0)
        axes.set(ylim=(-1.05, 1.05), yticks=[-1, 0, 1], xlim=(0, 30))

    return _panels(clips, draw, "amplitude (full scale = 1)", height=1.05)


def spectrograms(clips: Sequence[Clip]) -> Figure:
    """Draw the log-power mel-spectrogram of each clip: what networks see of audio.

    dB below each clip's loudest cell, on a mel axis labelled in kHz.
    """
    centres = librosa.mel_frequencies(n_mels=N_MELS + 2, fmax=SAMPLE_RATE / 2)[1:-1]
    ticks = np.array([500.0, 2000.0, 8000.0])

    def draw(axes: Axes, clip: Clip) -> AxesImage:
        image = _image(axes, clip.features.spectrogram, vmin=-80, vmax=0)
        axes.set_yticks(np.interp(ticks, centres, np.arange(N_MELS)), ["0.5", "2", "8"])
        return image

    return _panels(clips, draw, "frequency (kHz, mel spacing)", bar="dB below the loudest cell")


def archive_pictures(clips: Sequence[Clip]) -> Figure:
    """Draw each clip as the published archive would hold it: what its networks see.

    Grey levels 0 (weakest cell) to 255 (strongest), on a linear axis in kHz.
    """

    def draw(axes: Axes, clip: Clip) -> AxesImage:
        image = _image(axes, picture(clip.samples), vmin=0, vmax=255)
        axes.set_yticks(np.interp([0, 4_000, 8_000], FREQ_HZ, np.arange(N_BINS)), ["0", "4", "8"])
        return image

    return _panels(clips, draw, "frequency (kHz, linear)", bar="grey level of the picture")


def mfccs(clips: Sequence[Clip]) -> Figure:
    """Draw the cepstral coefficients of each clip over time: the sequence that the LSTM sees.

    Each coefficient as its deviation from the mean of all clips, in standard deviations;
    without this the first coefficient (loudness) would hide the rest.
    """
    together = np.concatenate([clip.features.sequence for clip in clips]) if clips else np.zeros(1)
    mean, spread = together.mean(axis=0), np.maximum(together.std(axis=0), 1e-9)

    def draw(axes: Axes, clip: Clip) -> AxesImage:
        scaled = ((clip.features.sequence - mean) / spread).T
        image = _image(axes, scaled, vmin=-3, vmax=3, cmap="PuOr")
        axes.set_yticks([0, 6, 12], ["1", "7", "13"])
        return image

    return _panels(clips, draw, "MFCC number", bar="standard deviations from the mean")


def chromagrams(clips: Sequence[Clip]) -> Figure:
    """Draw the energy of the twelve pitch classes of each clip over time.

    Each frame scaled so that its strongest pitch class is 1; no tuning estimate, as in
    `mgc.features.extract`.
    """

    def draw(axes: Axes, clip: Clip) -> AxesImage:
        chroma = librosa.feature.chroma_stft(
            y=clip.samples, sr=SAMPLE_RATE, n_fft=N_FFT, hop_length=HOP_LENGTH, tuning=0.0
        )
        image = _image(axes, chroma[:, :N_FRAMES], vmin=0, vmax=1)
        axes.set_yticks([0, 4, 7, 11], list("CEGB"))
        return image

    return _panels(clips, draw, "pitch class", bar="share of the strongest")


def rhythms(clips: Sequence[Clip], composed: dict[str, float] | None = None) -> Figure:
    """Draw how strongly the onsets of each clip repeat at each tempo (autocorrelation).

    A solid line at the mean of the feature ``tempo``, a dashed one at the tempo in which the track
    was `composed` (beats per minute, by track id).
    """
    column = FEATURE_NAMES.index("tempo_mean")

    def draw(axes: Axes, clip: Clip) -> None:
        tempo, strength = onset_periodicity(clip.features.spectrogram)
        axes.plot(tempo, strength, color=style.colour(clip.genre))
        axes.axvline(clip.features.tabular[column], color="#1F1F1F", linewidth=1.5)
        if composed and clip.track_id in composed:
            axes.axvline(composed[clip.track_id], color=style.WARNING, ls=(0, (4, 2)), lw=1.5)
        axes.set(xscale="log", xlim=(40, 260), ylim=(-0.55, 1.05), yticks=[0, 1])
        axes.set_xticks([50, 80, 120, 200], ["50", "80", "120", "200"])
        axes.minorticks_off()

    return _panels(clips, draw, "autocorrelation", "tempo (beats per minute)")


def onset_periodicity(
    spectrogram: npt.NDArray[np.float32],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Tell how well the onsets of a clip repeat, tempo by tempo.

    Onset strength is the mean rise of the log-mel bands from frame to frame; its
    autocorrelation is taken over the whole clip, without the preference for middle tempos that
    the feature ``tempo`` has. Source: Ellis 2007.

    Parameters
    ----------
    spectrogram : ndarray [shape=(128, n_frames)], float32, dB

    Returns
    -------
    tempo : ndarray [shape=(n,)], beats per minute, falling from 260 to 40
    strength : ndarray [shape=(n,)], -1 to 1
        Zero everywhere for a clip without onsets.
    """
    onset = np.maximum(0.0, np.diff(spectrogram.astype(np.float64), axis=1)).mean(axis=0)
    onset -= onset.mean()
    full = np.correlate(onset, onset, mode="full")[len(onset) - 1 :]
    strength = full / full[0] if full[0] > 1e-12 else np.zeros_like(full)
    lags = np.arange(1, len(strength))
    tempo = 60.0 * SAMPLE_RATE / (HOP_LENGTH * lags)
    keep = (tempo >= 40) & (tempo <= 260)
    return tempo[keep], strength[1:][keep]


def mel_filters() -> Figure:
    """Draw the mel scale and 16 triangular filters spaced evenly on it (128 were too many)."""
    shown = 16
    figure, axes = style.subplots(2, 1, size=(style.WIDTH, 4.4), sharex=True)
    hz = np.linspace(0, SAMPLE_RATE / 2, 1000)
    axes[0, 0].plot(hz / 1000, librosa.hz_to_mel(hz), color=style.ACCENT)
    axes[0, 0].axvline(1.0, color=style.MUTED, linestyle=":")
    axes[0, 0].set(ylabel="mel", title="From hertz to mel")
    filters = librosa.filters.mel(sr=SAMPLE_RATE, n_fft=N_FFT, n_mels=shown, norm=None)
    bins = np.fft.rfftfreq(N_FFT, 1 / SAMPLE_RATE) / 1000
    for number, weights in enumerate(filters):
        shade = style.ACCENT if number % 2 else style.MUTED
        axes[1, 0].plot(bins, weights, color=shade, linewidth=1.3)
    axes[1, 0].set(xlabel="frequency (kHz)", ylabel="weight", xlim=(0, SAMPLE_RATE / 2000))
    axes[1, 0].set_title(f"{shown} filters, evenly spaced in mel")
    return figure


def _panels(
    clips: Sequence[Clip],
    draw: Draw,
    ylabel: str,
    xlabel: str = "time (s)",
    *,
    bar: str = "",
    height: float = 1.2,
) -> Figure:
    """Lay out one panel a clip in two columns, with common labels and one colour bar for all."""
    if not clips:
        raise ValueError("no clips to draw")
    rows = (len(clips) + 1) // 2
    figure, axes = style.subplots(rows, 2, size=(style.WIDTH, height * rows + 0.6), sharex=True)
    if bar:  # pictures of frames weigh a page down, and have no edges to be sharp
        figure.set_dpi(PICTURE_DPI)
    image = None
    for place, clip in zip(axes.ravel(), clips, strict=False):
        image = draw(place, clip)
        place.set_title(tracks.label(clip.genre), fontsize=11)
    for place in axes.ravel()[len(clips) :]:
        place.set_axis_off()
    for place in axes[-1]:
        place.set_xlabel(xlabel)
    figure.supylabel(ylabel, fontsize=11)
    if bar and image is not None:
        figure.colorbar(image, ax=axes, location="bottom", label=bar, shrink=0.6, aspect=40)
    return figure


def _image(axes: Axes, values: npt.NDArray[Any], **options: Any) -> AxesImage:
    """Draw rows over time, the first at the bottom, one pixel for about two frames."""
    extent = (0.0, _SECONDS, -0.5, values.shape[0] - 0.5)
    options = {"origin": "lower", "aspect": "auto", "interpolation": "antialiased", **options}
    return axes.imshow(values, extent=extent, **options)
