"""What the page "Hear the features" shows of a clip: two images, two drawings, beats and pitches.

Images have no margins, so that a place in an image is a moment in the clip; the drawings are paths
for SVG, which take the theme's colours.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mgc.audio.samples import SAMPLE_RATE, load
from mgc.datasets.demo import DURATION_S, clip_path
from mgc.display.demo_clips import composed_tempos
from mgc.display.figures import style
from mgc.features import extract
from mgc.features import names as names_module
from mgc.features.names import AUDIO_VERSION
from mgc.util.atomic import whole_folder
from tools.pages.content import beats

SLICES = 600  # of the waveform: more than a phone has pixels, fewer than anyone sees apart
MEL_ROWS, CHROMA_ROWS = 3, 16  # pixels a band, for screens with two pixels to a point
NEAR_S = 0.07  # a heard beat this close to a written one counts as the same (MIREX)
MEL_TICKS_HZ = (250, 500, 1000, 2000, 4000, 8000)
IMAGES = ("mel.webp", "chroma.webp")
FACTS = "clip.json"


def key(clip: str) -> str:
    """Hash of a clip and of the code that draws it."""
    code = inspect.getsource(sys.modules[__name__]) + inspect.getsource(beats)
    text = f"{clip} {AUDIO_VERSION} {code}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def make(track_id: str, target: Path) -> None:
    """Compute what the page shows of a clip, and draw its two images."""
    from matplotlib.image import imsave

    samples = extract.prepare(load(clip_path(track_id)))
    computed = extract.extract(samples)
    chroma = chromagram(samples)
    strength = beats.onset_strength(computed.spectrogram)
    tempo = float(computed.tabular[names_module.FEATURE_NAMES.index("tempo_mean")])
    heard = beats.beats(strength, tempo)
    written = np.arange(0, DURATION_S, 60 / composed_tempos()[track_id])
    apart = np.abs(heard[:, None] - written[None]).min(axis=1) if len(heard) else np.empty(0)
    facts = {
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
    target.parent.mkdir(parents=True, exist_ok=True)
    with whole_folder(target) as folder:
        for name, (values, low, high, rows, options) in pictures.items():
            imsave(
                folder / name, np.repeat(values, rows, axis=0), vmin=low, vmax=high,
                cmap=style.SEQUENTIAL, origin="lower", format="webp", pil_kwargs=options,
            )  # fmt: skip
        (folder / FACTS).write_text(json.dumps(facts), encoding="utf-8")


def chromagram(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Energy of the twelve pitch classes, each frame's strongest 1, as the features have it.

    Parameters
    ----------
    samples : ndarray [shape=(661500,)], float32

    Returns
    -------
    chroma : ndarray [shape=(12, 1292)], 0 to 1
    """
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
