"""What models predict for single tracks, and together."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from mgc.datasets.tracks import GENRES
from mgc.evaluation.tracks import agreement, known_faulty, missed_tracks, outcomes
from mgc.records.store import NotRun
from tests.helpers.records import answers, one_hot, predictions, segments, unsaved


def test_a_track_counts_as_missed_where_most_fits_get_it_wrong():
    tracks = [("jazz.00000", "jazz"), ("pop.00000", "pop"), ("rock.00000", "rock")]
    predicted = {
        "a": ["blues", "rock", "rock"],
        "b": ["blues", "disco", "metal"],
        "c": ["metal", "pop", "rock"],
    }
    records = {
        name: unsaved(one_hot([(*t, g) for t, g in zip(tracks, genres, strict=True)]), model=name)
        for name, genres in predicted.items()
    } | {"d": NotRun("d", "no time")}
    columns = ["track_id", "genre", "missed", "fits", "taken_for"]
    missed = missed_tracks(records)
    assert missed[columns].to_numpy().tolist() == [
        ["jazz.00000", "jazz", 3, 3, "blues"],
        ["pop.00000", "pop", 2, 3, "disco"],
    ]
    assert missed["share"].tolist() == pytest.approx([2 / 3, 1 / 3])
    # Half of two models is not most of them.
    half = missed_tracks({name: records[name] for name in "bc"})
    assert half["track_id"].tolist() == ["jazz.00000"]
    # All seeds of a model count.
    seeds = {"a": [records["a"], records["a"]], "c": [records["c"]]}
    assert missed_tracks(seeds)["fits"].tolist() == [3, 3]
    assert missed_tracks({"d": records["d"]}).empty


def test_known_faults_are_named_for_gtzan_alone():
    """The same file is in GTZAN as metal and as rock, which Sturm (2013) gives as an example."""
    rows = answers([False], tracks=[58 * 10 + GENRES.index("metal")])
    (row,) = missed_tracks({"cnn": unsaved(rows, edition="gtzan")}).to_dict("records")
    assert row["track_id"] == "metal.00058"
    assert "rock.00016" in row["known_fault"]
    assert missed_tracks({"cnn": unsaved(rows, edition="demo")})["known_fault"].tolist() == [""]
    both = answers([False, True], tracks=[58 * 10 + GENRES.index("metal"), 0])
    fits = [unsaved(both, edition="gtzan"), unsaved(both, edition="gtzan", seed=1)]
    assert known_faulty({"cnn": fits}).to_dict() == {"blues.00000": False, "metal.00058": True}
    assert known_faulty({"cnn": NotRun("cnn", "no record")}).empty


def test_segments_of_a_track_are_averaged():
    record = unsaved(predictions(segments=range(10)), protocol="leaky_segments")
    answered = outcomes(record)
    assert len(answered) == 20
    assert answered["p_predicted"].between(0.1, 1).all()
    by_most = unsaved(segments([[True] * 4 + [False] * 6, [True] * 6 + [False] * 4]))
    assert missed_tracks({"mlp": by_most})["track_id"].tolist() == ["blues.00000"]


def test_agreement_is_a_share_and_cohens_kappa():
    """Against scikit-learn on the predicted genres, and the share by hand."""
    right, other = np.arange(40) < 30, np.arange(40) < 20
    groups = {"cnn": [unsaved(answers(right))], "mlp": unsaved(answers(other), model="mlp")}
    (row,) = agreement(groups).to_dict("records")
    truth = np.arange(40) % 10
    expected = cohen_kappa_score((truth + ~right) % 10, (truth + ~other) % 10)
    assert row["share"] == pytest.approx(30 / 40)
    assert row["kappa"] == pytest.approx(expected)
    # Both wrong, but with another genre, is no agreement.
    groups["mlp"] = unsaved(answers(other, wrong="rock"), model="mlp")
    assert agreement(groups)["share"].item() < 30 / 40
    assert agreement({"cnn": groups["cnn"], "vgg16": NotRun("vgg16", "no weights")}).empty
