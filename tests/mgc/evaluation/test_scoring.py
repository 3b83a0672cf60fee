"""Anybody's answers are scored as the book's own, and what does not fit the split is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, f1_score, log_loss

from mgc.cli.main import main
from mgc.datasets.artists import artist_folds
from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.errors import DataError
from mgc.evaluation.crossing import crossing
from mgc.evaluation.metrics import test_rows
from mgc.evaluation.scoring import YOURS, published, read_answers, score, split_table
from mgc.records.editions import EditionRecord
from mgc.records.study import Study, open_study
from tests.helpers import outside

PUBLISHED = Path(__file__).resolve().parents[3] / "book" / "records"


@pytest.fixture(scope="module")
def study() -> Study:
    return open_study("gtzan-archive", records=PUBLISHED, protocol="fault_filtered")


@pytest.fixture(scope="module")
def edition(study: Study) -> EditionRecord:
    return study.edition_record


@pytest.fixture(scope="module")
def folds(edition: EditionRecord) -> pd.DataFrame:
    return split_table(edition, "artist_cv")


def answered(split: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """A row for each test track, with a genre drawn at random for a third of them."""
    rows = split.loc[split["part"] == "test", ["track_id", "fold", "genre"]].reset_index(drop=True)
    rng = np.random.default_rng(seed)
    guessed = rng.random(len(rows)) < 1 / 3
    rows.loc[guessed, "genre"] = rng.choice(GENRES, guessed.sum())
    return rows


def saved(folder: Path, table: pd.DataFrame) -> Path:
    table.to_csv(folder / "answers.csv", index=False)
    return folder / "answers.csv"


def test_a_split_is_that_of_the_committed_table(folds: pd.DataFrame) -> None:
    """Each fold tests its groups, the next one validates, and no group stands on two sides."""
    known = artist_folds()
    tested = folds[folds["part"] == "test"].set_index("track_id")
    assert tested["fold"].to_dict() == {name: f"fold{place.fold}" for name, place in known.items()}
    valid = folds[folds["part"] == "valid"]
    after = {f"fold{k}": f"fold{k % 5 + 1}" for k in range(1, 6)}
    assert (valid["track_id"].map(tested["fold"]) == valid["fold"].map(after)).all()
    assert crossing(folds) == set()
    assert folds.groupby(["fold", "track_id"]).size().max() == 1


def test_artists_that_cross_the_fault_filtered_split_are_named(edition: EditionRecord) -> None:
    split = split_table(edition, "fault_filtered")
    crossed, sides = crossing(split), split.groupby("group")["part"].agg(set)
    expected = [
        name
        for name, group in split.loc[split["part"] == "test", ["track_id", "group"]].to_numpy()
        if sides[group] != {"test"}
    ]
    assert crossed == set(expected)
    assert 0 < len(crossed) < 100


def test_genres_and_probabilities_are_scored_as_scikit_learn_does(
    tmp_path: Path, edition: EditionRecord, folds: pd.DataFrame
) -> None:
    rows = answered(folds)
    truth = folds[folds["part"] == "test"].set_index("track_id").loc[rows["track_id"], "genre"]
    answers = read_answers(saved(tmp_path, rows.sample(frac=1, random_state=0)), folds)
    found = score(answers, folds, edition, "artist_cv", {})
    assert found.summary.accuracy == pytest.approx(accuracy_score(truth, rows["genre"]))
    assert found.summary.macro_f1 == pytest.approx(f1_score(truth, rows["genre"], average="macro"))
    assert found.summary.low < found.summary.accuracy < found.summary.high
    assert found.apart is None
    assert np.isnan(found.calibration_error)
    assert int(np.diag(found.confusion).sum()) == (truth.to_numpy() == rows["genre"]).sum()

    soft = rows[["track_id", "fold"]].copy()
    for genre, column in zip(GENRES, P_COLUMNS, strict=True):
        soft[column] = np.where(rows["genre"] == genre, 0.55, 0.05)
    again = score(read_answers(saved(tmp_path, soft), folds), folds, edition, "artist_cv", {})
    assert again.summary == pytest.approx(found.summary, nan_ok=True)
    assert again.calibration_error == pytest.approx(abs(found.summary.accuracy - 0.55), abs=1e-6)
    expected = log_loss(truth, soft[list(P_COLUMNS)].to_numpy(), labels=GENRES)
    assert again.log_loss == pytest.approx(expected)


def test_a_published_model_scores_as_it_does_in_the_book(tmp_path: Path, study: Study) -> None:
    """Its own predictions, handed in as anybody's: no difference to itself."""
    groups = study.groups("tuned", "fault_filtered", ("logistic", "majority"))
    (record,) = groups["logistic"]
    split = split_table(study.edition_record, "fault_filtered")
    rows = test_rows(record).drop(columns=["genre", "part", "segment"])
    answers = read_answers(saved(tmp_path, rows.drop(columns="fold")), split)
    found = score(answers, split, study.edition_record, "fault_filtered", groups)
    by_name = found.tests.set_index("second")
    assert by_name.loc["logistic", "p"] == 1.0
    assert by_name.loc["logistic", "difference"] == 0.0
    assert by_name.loc["majority", "significant"]
    assert set(found.tests["first"]) == {YOURS}
    assert found.apart is not None
    assert found.apart.n_tracks + found.n_crossing == found.summary.n_tracks


@pytest.mark.parametrize("seed", [1, 7])
def test_a_drawn_split_is_compared_with_the_fits_of_its_own_seed(study: Study, seed: int) -> None:
    """Other seeds test other tracks; where none was published, there is a score without tests."""
    split = split_table(study.edition_record, "random", seed)
    rows = answered(split).assign(segment=-1, part="test")
    for genre, column in zip(GENRES, P_COLUMNS, strict=True):
        rows[column] = (rows["genre"] == genre) * 1.0
    truth = split[split["part"] == "test"].set_index("track_id")["genre"]
    rows["genre"] = rows["track_id"].map(truth)
    rivals = published(study, "random")
    found = score(rows, split, study.edition_record, "random", rivals, seed)
    assert found.summary.n_tracks == len(truth)
    same_seed = [
        name for name, fits in rivals.items() if seed in {fit.config["seed"] for fit in fits}
    ]
    assert found.tests["second"].tolist() == same_seed
    assert (found.tests["seeds"] == 1).all()
    assert (seed == 1) == bool(same_seed)


def test_pieces_all_of_whose_artists_cross_are_scored(tmp_path: Path, study: Study) -> None:
    """Under leaky segments no track is left without the crossing ones, and none is asked for."""
    split = split_table(study.edition_record, "leaky_segments")
    rows = split[split["part"] == "test"]  # with all columns of `mgc splits`
    answers = read_answers(saved(tmp_path, rows), split)
    found = score(answers, split, study.edition_record, "leaky_segments", {})
    assert found.summary.accuracy == 1
    assert found.apart is None
    assert found.n_crossing == found.summary.n_tracks


def spoiled(rows: pd.DataFrame, kind: str, folds: pd.DataFrame) -> pd.DataFrame:
    """Answers with one fault."""
    table = rows.copy()
    if kind == "missing":
        return table.iloc[1:]
    if kind == "twice":
        return pd.concat([table, table.iloc[:1]])
    if kind == "unknown":
        table.loc[0, "track_id"] = "polka.00001"
    if kind == "valid":
        first = folds[folds["part"] == "valid"].iloc[0]
        table.loc[len(table)] = {
            "track_id": first["track_id"],
            "fold": first["fold"],
            "genre": "pop",
        }
    if kind == "fold":
        table.loc[0, "fold"] = "fold9"
    if kind == "segment":
        table = table.assign(segment=-1)
        table.loc[table["fold"] == "fold1", "segment"] = 3
    if kind == "genre":
        table.loc[0, "genre"] = "polka"
    if kind == "columns":
        return table.drop(columns="genre")
    if kind == "folds":
        return table.drop(columns="fold")
    return table


@pytest.mark.parametrize(
    ("kind", "said"),
    [("missing", "1 of 970 answers are missing, the first for blues.00000"),
     ("twice", "blues.00000 .* more than once"), ("unknown", "polka.00001 is no track"),
     ("valid", "is in the validation part"), ("fold", r"\(fold fold9\): there is no such fold"),
     ("segment", r"fold1, segment 3\) is in no part"),
     ("genre", "'polka' is none of"), ("columns", "needs a column genre"),
     ("folds", "the column fold is missing")],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_name(
    tmp_path: Path, folds: pd.DataFrame, kind: str, said: str
) -> None:
    rows = answered(folds).sort_values("track_id", ignore_index=True)
    path = saved(tmp_path, spoiled(rows, kind, folds))
    with pytest.raises(DataError, match=rf"answers\.csv: .*{said}"):
        read_answers(path, folds)


@pytest.mark.parametrize("wrong", [{"p_pop": -0.1}, {"p_pop": 0.9}, {"p_pop": np.inf}])
def test_numbers_that_are_no_probabilities_are_refused(
    tmp_path: Path, folds: pd.DataFrame, wrong: dict[str, float]
) -> None:
    rows = answered(folds)[["track_id", "fold"]].assign(**dict.fromkeys(P_COLUMNS, 0.1))
    rows.loc[3, list(wrong)] = list(wrong.values())
    with pytest.raises(DataError, match="no probabilities"):
        read_answers(saved(tmp_path, rows), folds)


def test_the_commands_hand_out_a_split_and_score_the_answers(tmp_path: Path) -> None:
    file = tmp_path / "folds.csv"
    made = outside.invoke(main, "splits", "artist_cv", "--records", PUBLISHED, "--csv", file)
    assert made.exit_code == 0, made.output
    answers = saved(tmp_path, answered(pd.read_csv(file)))
    told = outside.invoke(main, "score", answers, "--records", PUBLISHED)
    assert told.exit_code == 0, told.output
    assert "95 % interval over" in told.stdout
    assert "on 970 test tracks" in told.stdout
    assert "MLP (tuned)" in told.stdout
    assert "Every answer is the label" not in told.stderr
    copied = saved(tmp_path, pd.read_csv(file).query("part == 'test'"))
    warned = outside.invoke(main, "score", copied, "--records", PUBLISHED)
    assert "Every answer is the label" in warned.stderr
    lost = outside.invoke(main, "score", tmp_path / "none.csv", "--records", PUBLISHED)
    assert lost.exit_code == 1
    assert lost.stderr.count("\n") == 1
