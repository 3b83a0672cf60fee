"""Two networks on the same tracks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from mgc.datasets.opening import open_edition
from mgc.datasets.tracks import Track
from mgc.errors import AudioError, DataError
from mgc.service.compare import compare, in_random_order


class Sure:
    """Names the genre of a file's folder for some files, and another for the rest."""

    def __init__(self, right: int, broken: str = "") -> None:
        self.right, self.broken, self.asked = right, broken, 0

    def predict(self, paths: str) -> npt.NDArray[np.str_]:
        self.asked += 1
        name = Path(paths).stem
        if name == self.broken:
            raise AudioError(f"{paths}: not readable as audio")
        genre, _, number = name.partition(".")
        return np.array([genre if int(number) < self.right else "none"])


@pytest.fixture(scope="module")
def tracks(small_edition: Path) -> list[Track]:
    return list(open_edition(small_edition).tracks)


def test_the_better_one_is_found_and_level_ones_are_not(tracks: list[Track]) -> None:
    clear = compare(Sure(3), Sure(1), tracks, {})
    assert (clear.n_tracks, clear.right, clear.only) == (30, (1.0, pytest.approx(1 / 3)), (20, 0))
    assert (clear.better, clear.more_tracks) == (1, 0)
    assert compare(Sure(1), Sure(3), tracks, {}).better == 2
    level = compare(Sure(2), Sure(2), tracks, {})
    assert (level.p, level.decided, level.better) == (1.0, None, 0)
    assert level.more_tracks == float("inf")


def test_tracks_of_one_artist_count_once(tracks: list[Track]) -> None:
    by_genre = {track.track_id: track.genre for track in tracks}
    apart = compare(Sure(3), Sure(2), tracks, {})
    together = compare(Sure(3), Sure(2), tracks, by_genre)
    assert (apart.n_groups, together.n_groups) == (30, 10)
    assert together.only == apart.only == (10, 0)
    listed = list(in_random_order(tracks, by_genre))
    assert [len({track.genre for track in group}) for group in listed] == [1] * 10
    assert listed == list(in_random_order(tracks, by_genre))


def test_it_may_end_as_soon_as_it_is_decided(tracks: list[Track]) -> None:
    first = Sure(3)
    found = compare(first, Sure(0), tracks, {}, stop_early=True)
    assert (found.n_tracks, found.decided, found.stopped, found.better) == (8, 8, True, 1)
    assert first.asked == 8


def test_what_cannot_be_read_counts_for_neither(tracks: list[Track]) -> None:
    reasons: dict[str, str] = {}
    found = compare(Sure(3), Sure(3, "jazz.00001"), tracks, {}, left_out=reasons.__setitem__)
    assert found.n_tracks == 29
    assert reasons == {"jazz.00001": "not readable as audio"}
    with pytest.raises(DataError, match="no track can be read"):
        compare(Sure(3, "jazz.00001"), Sure(3), [t for t in tracks if "jazz.00001" in t.track_id],
                {})  # fmt: skip
