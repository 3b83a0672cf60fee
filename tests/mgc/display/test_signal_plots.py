"""Figures of signals and features: they show the data they are given, once, and fit the page."""

import re

import librosa
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb

from mgc.audio.samples import SAMPLE_RATE
from mgc.datasets import opening
from mgc.datasets.tracks import GENRES, label
from mgc.display import demo_clips
from mgc.display.demo_clips import (
    Clip,
    composed_tempos,
    one_per_genre,
    players,
    tempo_matches,
    tempo_sentence,
)
from mgc.display.figures import feature_plots, signal_plots, style
from mgc.features.extract import HOP_LENGTH, N_FRAMES, extract
from mgc.features.names import FEATURE_NAMES


@pytest.fixture(scope="module")
def clips():
    """Three short synthetic clips: a tone, clicks every 22 frames, silence."""
    seconds = np.arange(30 * SAMPLE_RATE) / SAMPLE_RATE
    tone = (0.5 * np.sin(2 * np.pi * 440 * seconds)).astype(np.float32)
    clicks = np.zeros_like(tone)
    clicks[:: 22 * HOP_LENGTH] = 1.0
    signals = {"jazz": tone, "disco": clicks, "blues": np.zeros_like(tone)}
    return [
        Clip(f"{genre}.00000", genre, samples, extract(samples))
        for genre, samples in signals.items()
    ]


PANELS = (
    signal_plots.waveforms, signal_plots.spectrograms, signal_plots.mfccs,
    signal_plots.chromagrams, signal_plots.rhythms,
)  # fmt: skip


def drawn(figure):
    """Render for real: most mistakes in a figure show only then."""
    figure.canvas.draw()


@pytest.mark.parametrize("draw", PANELS)
def test_every_clip_has_a_titled_panel_and_the_figure_fits_and_is_shown_once(draw, clips):
    before = plt.get_fignums()
    figure = draw(clips)
    assert plt.get_fignums() == before
    drawn(figure)
    titles = [axes.get_title(loc="left") for axes in figure.axes if axes.get_title(loc="left")]
    assert titles == ["jazz", "disco", "blues"]
    assert figure.get_figwidth() <= style.MAX_WIDTH
    assert to_rgb(figure.get_facecolor()) == (1.0, 1.0, 1.0)
    with pytest.raises(ValueError, match="no clips"):
        draw([])


def test_spectrogram_panel_shows_the_feature_with_ticks_at_their_frequency(clips):
    axes = signal_plots.spectrograms(clips).axes[0]
    (image,) = axes.images
    np.testing.assert_array_equal(image.get_array(), clips[0].features.spectrogram)
    assert image.get_clim() == (-80, 0)
    centres = librosa.mel_frequencies(n_mels=130, fmax=SAMPLE_RATE / 2)[1:-1]
    for position, tick in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True):
        assert centres[round(position)] == pytest.approx(1000 * float(tick.get_text()), rel=0.05)


def test_chroma_of_concert_pitch_is_the_note_a_and_that_of_the_feature(clips):
    chroma = signal_plots.chromagrams(clips).axes[0].images[0].get_array()
    assert chroma is not None
    assert chroma.shape == (12, N_FRAMES)
    assert (np.argmax(chroma[:, 10:-10], axis=0) == 9).all()
    column = FEATURE_NAMES.index("chroma_A_mean")
    assert np.mean(chroma[9]) == pytest.approx(clips[0].features.tabular[column], rel=1e-3)


def test_clicks_repeat_at_their_own_tempo_and_silence_at_none(clips):
    tempo, strength = signal_plots.onset_periodicity(clips[1].features.spectrogram)
    assert tempo[strength.argmax()] == pytest.approx(60 * SAMPLE_RATE / (22 * HOP_LENGTH))
    assert strength.max() > 0.9
    assert strength[np.abs(tempo - 160) < 5].max() < 0.2
    assert 40 <= tempo.min() < tempo.max() <= 260
    _, strength = signal_plots.onset_periodicity(clips[2].features.spectrogram)
    assert (strength == 0).all()


def test_the_composed_tempo_is_marked_where_it_is_known(clips):
    figure = signal_plots.rhythms(clips, {"disco.00000": 120.0})
    assert [len(axes.lines) for axes in figure.axes[:3]] == [2, 3, 2]
    assert figure.axes[1].lines[2].get_xdata()[0] == 120.0


def test_genres_can_be_told_apart_without_colour_and_on_white():
    assert set(style.GENRE_COLOURS) == set(style.GENRE_MARKERS) == set(GENRES)
    assert len(set(style.GENRE_MARKERS.values())) == len(GENRES)
    assert len(set(style.GENRE_COLOURS.values())) == len(GENRES)
    for shade in style.GENRE_COLOURS.values():
        assert sum(to_rgb(shade)) < 2.6, f"{shade} is too pale for a white page"
    assert style.colour("unheard of") == style.MUTED
    assert style.marker("Jazz") == style.GENRE_MARKERS["jazz"]
    assert label("hiphop") == "hip-hop"


def test_a_figure_too_wide_for_the_page_is_refused():
    with pytest.raises(ValueError, match="wide"):
        style.subplots(size=(style.MAX_WIDTH + 0.1, 3))


def test_players_name_their_genre_and_load_nothing_unasked():
    html = players()
    tags = re.findall(r"<audio[^>]*>", html)
    assert len(tags) == len(GENRES)
    for genre, tag in zip(GENRES, tags, strict=True):
        assert f'src="_static/audio/{genre}.00000.ogg"' in tag
        assert 'preload="none"' in tag
        assert f'aria-label="{label(genre)}' in tag


def test_clips_come_one_a_genre_with_the_features_of_their_samples(monkeypatch):
    wanted = {"classical": "classical.00000", "rock": "rock.00000"}
    monkeypatch.setattr(demo_clips, "CLIPS", wanted)
    clips = one_per_genre()
    assert [clip.track_id for clip in clips] == list(wanted.values())
    expected = extract(clips[0].samples)
    np.testing.assert_array_equal(clips[0].features.tabular, expected.tabular)


def test_every_embedded_clip_has_a_composed_tempo():
    tempos = composed_tempos()
    assert set(tempos) == {track.track_id for track in opening.open_edition().tracks}
    assert all(40 < tempo < 260 for tempo in tempos.values())


def test_an_estimated_tempo_is_right_a_simple_ratio_or_neither(clips):
    """The clips of this file: silence has no tempo of its own, clicks theirs."""
    estimates = [float(clip.features.tabular[FEATURE_NAMES.index("tempo_mean")]) for clip in clips]
    for factor, name in ((1.05, "right"), (2.1, "ratio"), (2 / 3, "ratio"), (1.25, "other")):
        truth = {c.track_id: factor * e for c, e in zip(clips, estimates, strict=True)}
        matches = tempo_matches(clips, truth)
        assert matches == {"right": 0, "ratio": 0, "other": 0} | {name: len(clips)}


@pytest.mark.parametrize(
    ("right", "ratio", "other", "end"),
    [
        (10, 0, 0, "always within eight hundredths of the composed tempo."),
        (9, 1, 0, "and the like) in the other clip."),
        (7, 3, 0, "and the like) in the other 3 clips."),
        (7, 2, 1, "and the like) in 2 others. In one clip it fits neither."),
        (8, 0, 2, "in 8 of 10 clips. In 2 clips it fits neither."),
    ],
)
def test_the_sentence_on_tempo_says_nothing_of_what_did_not_happen(right, ratio, other, end):
    assert tempo_sentence({"right": right, "ratio": ratio, "other": other}).endswith(end)


def test_correlation_map_shows_the_correlations():
    values = pd.DataFrame(np.random.default_rng(1).normal(size=(32, 7)))
    figure = feature_plots.correlation_map(values, {"first": 3, "rest": 4})
    drawn(figure)
    np.testing.assert_allclose(figure.axes[0].images[0].get_array(), values.corr(), rtol=1e-6)
    with pytest.raises(ValueError, match="groups"):
        feature_plots.correlation_map(values, {"first": 3})


def test_pair_map_writes_each_value_into_its_cell():
    pairs = pd.DataFrame(
        [("blues", "jazz", 0.5), ("blues", "rock", 0.75), ("jazz", "rock", 1.0)],
        columns=["first", "second", "area"],
    )
    axes = feature_plots.pair_map(pairs).axes[0]
    columns = [tick.get_text() for tick in axes.get_xticklabels()]
    rows = [tick.get_text() for tick in axes.get_yticklabels()]
    cells = {
        (columns[int(text.get_position()[0])], rows[int(text.get_position()[1])]): text.get_text()
        for text in axes.texts
    }
    blues = {("blues", "jazz"): "0.50", ("blues", "rock"): "0.75"}
    assert cells == blues | {("jazz", "rock"): "1.00"}


def test_projection_shows_each_track_in_one_panel():
    values = np.random.default_rng(1).normal(size=(32, 2))
    columns = {"first": values[:, 0], "second": values[:, 1]}
    genre, fitted = np.repeat(["blues", "jazz", "metal", "rock"], 8), np.arange(32) % 4 == 0
    figure = feature_plots.projection(pd.DataFrame(columns | {"genre": genre, "fitted": fitted}))
    drawn(figure)
    shown = [sum(len(dots.get_offsets()) for dots in axes.collections) for axes in figure.axes]
    assert shown == [8, 24]


def test_bars_and_stacked_counts_have_the_lengths_of_their_values():
    bars = feature_plots.bars(pd.Series({"rock": 0.75, "tempo_mean": 0.5}), "share", chance=0.1)
    assert [patch.get_width() for patch in bars.axes[0].patches] == [0.75, 0.5]
    counts = pd.DataFrame({"used": [9, 8], "left out": [1, 2]}, index=["hiphop", "rock"])
    stacked = feature_plots.tracks_by_genre(counts)
    drawn(stacked)
    ends = [patch.get_x() + patch.get_width() for patch in stacked.axes[0].patches]
    assert ends == [9, 8, 10, 10]
    with pytest.raises(ValueError, match="parts"):
        feature_plots.tracks_by_genre(pd.DataFrame(np.ones((1, 5)), index=["rock"]))


def test_measurements_draw_limits_on_the_sides_that_values_reach():
    tracks = pd.DataFrame(
        {"genre": ["rock", "jazz", "jazz"], "share": [0.1, 0.2, np.nan], "z": [-4.0, 1.0, 2.0]}
    )
    figure = feature_plots.measurements(tracks, {"share": ("share", 0.3), "z": ("z", 3.5)})
    drawn(figure)
    limits = [
        sorted(line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == "--")
        for axes in figure.axes
    ]
    assert limits == [[0.3], [-3.5, 3.5]]
    with pytest.raises(ValueError, match="no columns"):
        feature_plots.measurements(tracks, {})
