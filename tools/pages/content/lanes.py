"""What the page "Hear the features" shows of a clip: two images, two drawings, beats and pitches.

Images have no margins, so that a place in an image is a moment in the clip; the drawings are paths
for SVG, which take the theme's colours.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mgc.audio.samples import SAMPLE_RATE, load
from mgc.datasets.demo import DURATION_S, clip_path
from mgc.display.demo_clips import composed_tempos
from mgc.display.figures import style
from mgc.features import extract
from mgc.features import names as names_module
from mgc.typing import Double

SLICES = 600  # of the waveform: more than a phone has pixels, fewer than anyone sees apart
MEL_ROWS, CHROMA_ROWS = 3, 16  # pixels a band, for screens with two pixels to a point
NEAR_S = 0.07  # a heard beat this close to a written one counts as the same (MIREX)
MEL_TICKS_HZ = (250, 500, 1000, 2000, 4000, 8000)
TIGHTNESS = 100.0  # how dear it is to leave the tempo, beside the strength of onsets (as librosa)


def make(track_id: str, folder: Path, prefix: str) -> dict[str, Any]:
    """Draw the two images of a clip into a folder, and return what else the page shows of it."""
    from matplotlib.image import imsave

    samples = extract.prepare(load(clip_path(track_id)))
    computed = extract.extract(samples)
    chroma = chromagram(samples)
    strength = extract.onset_strength(computed.spectrogram.T.astype(np.float64))
    tempo = float(computed.tabular[names_module.FEATURE_NAMES.index("tempo_mean")])
    heard = beats(strength, tempo)
    written = np.arange(0, DURATION_S, 60 / composed_tempos()[track_id])
    apart = np.abs(heard[:, None] - written[None]).min(axis=1) if len(heard) else np.empty(0)
    facts: dict[str, Any] = {
        "wave": wave_path(samples),
        "onsets": onset_path(strength),
        "heard": [round(float(one), 2) for one in heard],
        "written": [round(float(one), 2) for one in written],
        "tempo": tempo,
        "agree": int((apart <= NEAR_S).sum()),
        "pitch": "".join(f"{int(one):x}" for one in chroma.argmax(axis=0)),
    }
    pictures = {
        "mel.webp": (computed.spectrogram, -80.0, 0.0, MEL_ROWS, {"quality": 80, "method": 6}),
        "chroma.webp": (chroma, 0.0, 1.0, CHROMA_ROWS, {"quality": 75, "method": 6}),
    }
    for name, (values, low, high, rows, options) in pictures.items():
        imsave(
            folder / f"{prefix}-{name}", np.repeat(values, rows, axis=0), vmin=low, vmax=high,
            cmap=style.SEQUENTIAL, origin="lower", format="webp", pil_kwargs=options,
        )  # fmt: skip
    return facts


def chromagram(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Energy of the twelve pitch classes [shape=(12, 1292)], each frame's strongest 1."""
    import librosa

    chroma: npt.NDArray[np.float32] = librosa.feature.chroma_stft(
        y=samples, sr=SAMPLE_RATE, n_fft=extract.N_FFT, hop_length=extract.HOP_LENGTH, tuning=0.0
    )
    return chroma[:, : extract.N_FRAMES]


def wave_path(samples: npt.NDArray[np.float32]) -> str:
    """Outline of the waveform as an SVG path, `SLICES` wide and 200 high."""
    slices = np.array_split(samples, SLICES)
    high = [round(100 - 100 * float(part.max())) for part in slices]
    low = [round(100 - 100 * float(part.min())) for part in slices]
    there = [f"{x} {y}" for x, y in enumerate(high)]
    back = [f"{SLICES - 1 - x} {y}" for x, y in enumerate(reversed(low))]
    return "M" + "L".join(there + back) + "Z"


def onset_path(strength: npt.NDArray[np.float64]) -> str:
    """Onset strength as an SVG path, `SLICES` wide and 100 high, the strongest onset on top."""
    most = [float(part.max()) for part in np.array_split(strength, SLICES)]
    top = max(most) or 1.0
    line = [f"{x} {round(100 - 100 * y / top)}" for x, y in enumerate(most)]
    return "M0 100L" + "L".join(line) + f"L{SLICES - 1} 100Z"


def mel_ticks() -> list[tuple[str, float]]:
    """Labels of the frequency axis, and where they stand: share of the height from below."""
    import librosa

    centres = librosa.mel_frequencies(n_mels=extract.N_MELS + 2, fmax=SAMPLE_RATE / 2)[1:-1]
    bands = np.interp(MEL_TICKS_HZ, centres, np.arange(extract.N_MELS) + 0.5)
    names = [f"{hz // 1000} kHz" if hz >= 1000 else f"{hz} Hz" for hz in MEL_TICKS_HZ]
    return list(zip(names, (bands / extract.N_MELS).tolist(), strict=True))


def beats(strength: npt.NDArray[np.floating], tempo: float) -> Double:
    """Choose the beats: on strong onsets, and as evenly spaced as the tempo asks.

    The models of this book never see beats: they get the tempo. The page marks beats so that a
    reader can hear whether that tempo fits the music.

    Parameters
    ----------
    strength : ndarray [shape=(n_frames,)], 0 or more
        Onset strength, a frame every `mgc.features.extract.HOP_LENGTH` samples.
    tempo : float, beats per minute
        Above 0.

    Returns
    -------
    times : ndarray [shape=(n_beats,)], seconds
        Ascending; empty for a clip without onsets.

    Notes
    -----
    Dynamic programming after Ellis (2007), "Beat tracking by dynamic programming", eq. 5 and 6,
    on the strength smoothed over a thirty-second of a beat.
    """
    spread = float(np.std(strength))
    if len(strength) < 2 or spread == 0:
        return np.empty(0)
    period = 60.0 * SAMPLE_RATE / (extract.HOP_LENGTH * tempo)
    reach = round(period)
    window = np.exp(-0.5 * (np.arange(-reach, reach + 1) * 32.0 / period) ** 2)
    local = np.convolve(strength / spread, window, mode="same")[: len(strength)]
    steps = np.arange(max(1, round(period / 2)), round(2 * period) + 1)
    cost = TIGHTNESS * np.log(steps / period) ** 2
    score, before = local.copy(), np.full(len(local), -1)
    quiet = 0.01 * local.max()
    for frame in range(len(local)):
        there = steps[steps <= frame]
        if not len(there):
            continue
        chain = score[frame - there] - cost[: len(there)]
        best = int(chain.argmax())
        # Before the first onset worth the name no chain begins.
        if before[frame - there[best]] >= 0 or local[frame - there[best]] >= quiet:
            score[frame] += chain[best]
            before[frame] = frame - there[best]
    last = len(score) - reach + int(score[-reach:].argmax())
    chosen = [last]
    while before[chosen[-1]] >= 0:
        chosen.append(int(before[chosen[-1]]))
    while len(chosen) > 1 and local[chosen[0]] < quiet:
        del chosen[0]  # the chain went on after the music
    return np.array(chosen[::-1]) * (extract.HOP_LENGTH / SAMPLE_RATE)
