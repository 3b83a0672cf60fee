"""The audit: its table is whole, its verdicts follow, and it notices a changed record."""

from __future__ import annotations

import json
import re
import shutil
from csv import DictReader
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from mgc.cli.main import main
from mgc.datasets.protocols import make_split
from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.errors import DataError, RecordError
from mgc.models import NAMES, build
from mgc.records.config import configuration
from mgc.records.editions import EditionRecord
from mgc.records.store import Record, Store
from mgc.records.study import Study
from mgc.report import decide_sizes, write
from mgc.report.claims import Claim, load_claims
from mgc.report.decide import DECIDERS, counts, decide, decide_all
from mgc.report.decision import VERDICTS, Decision
from mgc.report.evidence import Evidence
from mgc.report.explain import explain
from mgc.report.integrity import check_published, check_records, published_results
from mgc.util.textfiles import csv_bytes

ROOT = Path(__file__).resolve().parents[3]
CLAIMS = ROOT / "book" / "claims.csv"
ENVIRONMENT = {
    "device": "CPU", "duration_s": 90.0, "peak_memory_mb": 700, "packages": {"keras": "3.15.1"},
    "python": "3.11.7", "commit": "abc", "threads": 1, "platform": "Linux x86_64",
}  # fmt: skip
LAYERS = [
    {"name": "dense", "type": "Dense", "output_shape": [10], "parameters": 30, "trainable": True}
]


def save(
    store: Store, edition: EditionRecord, model: str, share: float, **other: object
) -> Record:
    """Save a record of a made-up fit that is right on a share of the test tracks."""
    chosen = {"protocol": "random", "variant": "tuned", "seed": 0} | other
    more = chosen.pop("environment", {})
    assert isinstance(more, dict)
    tracks = edition.tracks
    split = make_split(
        str(chosen["protocol"]), tracks["track_id"].tolist(), tracks["genre"].tolist(),
        [""] * len(tracks), int(str(chosen["seed"])),
    )  # fmt: skip
    rng = np.random.default_rng([int(1000 * share), int(str(chosen["seed"]))])
    rows = []
    for fold in split.folds:
        for part, units in (("valid", fold.valid), ("test", fold.test)):
            for unit in units:
                track = tracks.iloc[int(split.example_track[unit])]
                code = GENRES.index(track["genre"])
                named = code if rng.random() < share else (code + 1) % 10
                values = np.full(10, 0.01)
                values[named] = 0.91
                segment = int(split.example_segment[unit])
                rows.append((track["track_id"], segment, part, fold.name, track["genre"], *values))
    names = ["track_id", "segment", "part", "fold", "genre", *P_COLUMNS]
    history = pd.DataFrame(
        {
            "fold": [fold.name for fold in split.folds], "stage": "fit", "epoch": 1, "loss": 1.0,
            "accuracy": 0.5, "val_loss": 1.0, "val_accuracy": 0.5, "learning_rate": 0.001,
        }
    )  # fmt: skip
    config = configuration(
        edition.name, edition.content_hash, str(chosen["protocol"]), model,
        str(chosen["variant"]), int(str(chosen["seed"])), "1",
    )  # fmt: skip
    return store.save(
        config, ENVIRONMENT | more, LAYERS, history, pd.DataFrame(rows, columns=names)
    )


@pytest.fixture
def edition() -> EditionRecord:
    """All of GTZAN's tracks, whose published split needs them."""
    ids = [f"{genre}.{number:05d}" for genre in GENRES for number in range(100)]
    genres = [name.split(".")[0] for name in ids]
    tracks = pd.DataFrame(
        {
            "track_id": ids, "genre": genres, "artist": "", "duration_s": np.nan,
            "silence_share": np.nan, "clipped_share": np.nan, "peak": np.nan,
            "dc_offset": np.nan, "identical_to": "", "spectral_z": np.nan,
            "spectral_descriptor": "", "error": "",
        }
    )  # fmt: skip
    tabular = pd.DataFrame({"track_id": ids, "v": 0.0})
    return EditionRecord("gtzan-archive", "ab" * 32, 1000, "1", (), {}, tracks, tabular)


@pytest.fixture
def study(tmp_path: Path, edition: EditionRecord) -> Study:
    """Return a study without any fit; others add them to its store."""
    store = Store(tmp_path / "records")
    store.save_edition(edition)
    return Study(store, None, edition, "random", "tuned", (0,), tmp_path)


def claim(decider: str, figure: str = "", note: str = "") -> Claim:
    return Claim("s5-01", 5, "a claim", figure, "%", "record", decider, note)


def test_the_table_holds_what_it_must() -> None:
    """Seventy claims or more, every section, and a decider for each."""
    claims = load_claims(CLAIMS)
    assert len(claims) >= 70
    assert {one.section for one in claims} >= set(range(1, 8))
    assert {one.decider.partition(":")[0] for one in claims} == set(DECIDERS)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("s1-02,1", "s1-01,1", "stands there already"),
        ("s1-02,1", "s2-02,1", "does not fit"),
        ("s1-02,1", "1-2,1", "not of the form"),
        (",code,code:confirmed", ",hearsay,code:confirmed", "hearsay"),
        ("id,section", "number,section", "columns"),
        ("s1-02,1,", "s1-02,1,,,,,,,,", "columns"),
    ],
)
def test_a_damaged_table_names_file_and_fault(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    """Whoever edits the table learns which line is wrong."""
    file = tmp_path / "claims.csv"
    file.write_text(CLAIMS.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=r"claims\.csv") as error:
        load_claims(file)
    assert said in str(error.value)


def test_without_records_nothing_about_results_is_decided(study: Study) -> None:
    """A run that did not happen has no number, and each undecided claim says why."""
    decisions = decide_all(load_claims(CLAIMS), Evidence(study))
    for one in decisions:
        if one.claim.evidence in ("record", "ablation") and one.claim.decider != "labels":
            assert one.verdict in ("not testable here", "contradicted", "partly"), one
            assert not one.records
        if one.verdict == "not testable here":
            assert one.reason
    assert sum(counts(decisions).values()) == len(decisions)


@pytest.mark.parametrize(("stated", "verdict"), [("90", "confirmed"), ("20", "contradicted")])
def test_an_accuracy_is_judged_by_its_interval(
    study: Study, edition: EditionRecord, stated: str, verdict: str
) -> None:
    """Nine in ten are right: 90 % lies inside, 20 % does not."""
    record = save(study.store, edition, "mlp", 0.9)
    found = decide(claim("accuracy:mlp", stated), Evidence(study))
    assert found.verdict == verdict
    assert found.records == (record.fit_id,)


def test_two_recipes_that_disagree_make_it_partly(study: Study, edition: EditionRecord) -> None:
    """Tuned reaches what is stated, as written does not."""
    save(study.store, edition, "mlp", 0.9)
    save(study.store, edition, "mlp", 0.2, variant="as_written")
    assert decide(claim("accuracy:mlp", "90"), Evidence(study)).verdict == "partly"


def test_a_rank_is_confirmed_only_where_intervals_leave_no_other(
    study: Study, edition: EditionRecord
) -> None:
    """VGG16 is far ahead; the other four cannot be told apart."""
    for name in NAMES:
        save(study.store, edition, name, 1.0 if name == "vgg16" else 0.2)
    evidence = Evidence(study)
    assert decide(claim("rank:vgg16", "1"), evidence).verdict == "confirmed"
    assert decide(claim("rank:vgg16", "2"), evidence).verdict == "contradicted"
    assert decide(claim("rank:mlp", "1"), evidence).verdict == "contradicted"
    assert decide(claim("rank:mlp", "3"), evidence).verdict == "partly"


def test_an_ablation_is_judged_by_a_paired_test(study: Study, edition: EditionRecord) -> None:
    """Three seeds with and without a step that is worth sixty points."""
    for seed in range(3):
        save(study.store, edition, "mlp", 0.9, seed=seed, protocol="fault_filtered")
        save(
            study.store, edition, "mlp", 0.3, seed=seed, protocol="fault_filtered",
            variant="no_scaling",
        )  # fmt: skip
    found = decide(claim("ablation:no_scaling mlp"), Evidence(study))
    assert found.verdict == "confirmed"
    assert len(found.records) == 6
    half = decide(claim("ablation:no_scaling mlp,lstm"), Evidence(study))
    assert half.verdict == "partly", "the claim is about the LSTM too"
    assert "LSTM" in half.reason
    undecided = decide(claim("ablation:no_log cnn"), Evidence(study))
    assert undecided.verdict == "not testable here"


@pytest.mark.parametrize(
    ("share", "verdict"), [(0.95, "confirmed"), (0.55, "contradicted"), (0.1, "not testable here")]
)
def test_features_that_carry_over_must_beat_the_baselines(
    study: Study, edition: EditionRecord, share: float, verdict: str
) -> None:
    """Guessing reaches a tenth, logistic regression three quarters; chance decides nothing."""
    for name, other in (("vgg16", share), ("majority", 0.1), ("logistic", 0.78)):
        variant = "tuned" if name == "vgg16" else ""
        save(study.store, edition, name, other, protocol="fault_filtered", variant=variant)
    assert decide(claim("learns:vgg16"), Evidence(study)).verdict == verdict


def test_who_loses_to_most_networks_is_not_competitive(
    study: Study, edition: EditionRecord
) -> None:
    """The autoencoder loses to all four, the CNN to none."""
    for name in NAMES:
        share = 0.2 if name == "autoencoder" else 0.9
        save(study.store, edition, name, share, protocol="fault_filtered")
    evidence = Evidence(study)
    assert decide(claim("competitive:autoencoder"), evidence).verdict == "contradicted"
    assert decide(claim("competitive:cnn"), evidence).verdict == "confirmed"


def test_the_time_of_a_frozen_base_counts_for_every_epoch(
    study: Study, edition: EditionRecord
) -> None:
    """One epoch over 850 tracks at two seconds each, not the seconds of the cached run."""
    base = {"base_seconds_per_track": 2.0}
    for name in ("vgg16", "lstm"):
        save(study.store, edition, name, 0.5, variant="as_written", environment=base)
    found = decide(claim("faster:vgg16,lstm"), Evidence(study))
    assert "28\u00a0min" in found.measured  # 1,700 s
    assert "1.5\u00a0min" in found.measured
    assert found.verdict == "contradicted"


def test_other_music_decides_nothing_about_the_report(
    study: Study, edition: EditionRecord
) -> None:
    """The report speaks of GTZAN; records of another edition are no evidence."""
    other = replace(edition, name="demo")
    study.store.save_edition(other)
    save(study.store, other, "mlp", 0.9)
    found = decide(claim("accuracy:mlp", "90"), Evidence(replace(study, edition_record=other)))
    assert found.verdict == "not testable here"
    assert "demo" in found.reason


def test_a_note_is_shown_with_the_reason(study: Study, edition: EditionRecord) -> None:
    """What stands for what is said where the verdict is read."""
    save(study.store, edition, "mlp", 0.9)
    found = decide(claim("accuracy:mlp", "90", "One kind of likeness."), Evidence(study))
    assert found.reason.endswith("One kind of likeness.")


@pytest.mark.parametrize("name", NAMES)
def test_sizes_worked_out_are_those_that_keras_counts(name: str) -> None:
    """Arithmetic against the built network, for the report's inputs."""
    shape = {"mlp": (228,), "cnn": (128, 1292, 1), "lstm": (1292, 13), "vgg16": (224, 224, 3)}
    if name == "autoencoder":
        from mgc.models import autoencoder

        small = autoencoder.build((100,)).count_params()
        # Only the first and the last layer depend on the input: 512 weights a cell each, and a
        # bias a cell in the last.
        grown = small + (128 * 1292 - 100) * (512 + 512 + 1)
        classifier = autoencoder.build_classifier(10).count_params()
        assert decide_sizes.parameters_of(name) == grown + classifier
        return
    assert decide_sizes.parameters_of(name) == build(name, shape[name], 10).count_params()


def test_the_three_files_say_the_same(tmp_path: Path) -> None:
    """CSV, JSON and HTML hold the same verdicts, and a claim cannot smuggle in markup."""
    one = Decision(claim("code:partly", "1", "<b>bold</b>"), "partly", "2", "± 1", "<b>bold</b>")
    csv_file, json_file, html_file = write.write_all([one], tmp_path / "new")
    row = next(DictReader(StringIO(csv_file.read_text(encoding="utf-8"))))
    assert (row["verdict"], row["measured"]) == ("partly", "2")
    content = json.loads(json_file.read_text(encoding="utf-8"))
    assert content["counts"] == {v: int(v == "partly") for v in VERDICTS}
    assert content["decisions"][0]["reason"] == row["reason"] == "<b>bold</b>"
    page = html_file.read_text(encoding="utf-8")
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "<b>" not in page
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == [
        "audit.csv", "audit.html", "audit.json",
    ]  # fmt: skip


def test_records_that_hold_pass(study: Study, edition: EditionRecord) -> None:
    """Every protocol, and the figures that were published from it."""
    for protocol in ("random", "leaky_segments", "cv5", "fault_filtered"):
        save(study.store, edition, "mlp", 0.5, protocol=protocol)
    assert len(list(check_records(study.store))) == 4
    file = study.store.root.parent / "results.csv"
    file.write_bytes(csv_bytes(published_results(study.store), "%.6f"))
    assert check_published(study.store, file) == 4 * 5


def test_a_changed_figure_is_named(study: Study, edition: EditionRecord) -> None:
    """The first figure that differs ends the audit."""
    save(study.store, edition, "mlp", 0.5)
    file = study.store.root.parent / "results.csv"
    table = published_results(study.store)
    table.loc[0, "macro_f1"] += 0.001
    table.to_csv(file, index=False, lineterminator="\n")
    with pytest.raises(RecordError, match="macro_f1 of gtzan-archive, random, tuned, mlp"):
        check_published(study.store, file)
    shutil.rmtree(next(study.store.fits.iterdir()))
    with pytest.raises(RecordError, match="--renew"):
        check_published(study.store, file)


def test_a_changed_prediction_is_named(study: Study, edition: EditionRecord) -> None:
    """A record whose file was edited is not a record any more."""
    record = save(study.store, edition, "mlp", 0.5)
    file = record.path / "predictions.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("0.910000", "0.900000", 1), encoding="utf-8")
    with pytest.raises(RecordError, match=record.fit_id):
        list(check_records(study.store))


def test_predictions_of_other_tracks_are_noticed(study: Study, edition: EditionRecord) -> None:
    """A sound record whose test part is not the split's: a track of training was tested."""
    record = save(study.store, edition, "mlp", 0.5)
    tested = record.predictions["track_id"]
    seen = next(t for t in edition.tracks["track_id"] if t not in set(tested))
    rows = record.predictions.copy()
    row = rows.index[(rows["part"] == "test") & (rows["genre"] == seen.split(".")[0])][0]
    rows.loc[row, "track_id"] = seen
    study.store.save(record.config, record.environment, record.architecture, record.history, rows)
    with pytest.raises(RecordError, match="not that of the split"):
        list(check_records(study.store))


def test_a_record_is_told_in_words(study: Study, edition: EditionRecord) -> None:
    """What, on what, when, how long, with which versions, what followed; from the shell too."""
    record = save(study.store, edition, "mlp", 0.5)
    text = explain(record, study.store)
    for part in ("MLP", "tuned", "seed 0", "gtzan-archive", "1,000 tracks", "random",
                 "keras 3.15.1",
                 "Python 3.11.7", "1.5\u00a0min", "commit abc", "mgc run"):  # fmt: skip
        assert part in text, part

    ran = CliRunner().invoke(
        main, ["audit", record.fit_id[:6], "--records", str(study.store.root)]
    )
    assert ran.exit_code == 0
    assert ran.output.strip() == text
    study.store.leak.fits.mkdir(parents=True)
    record.path.rename(study.store.leak.fits / record.fit_id)
    apart = CliRunner().invoke(
        main, ["audit", record.fit_id[:6], "--records", str(study.store.root)]
    )
    assert apart.output == ran.output, "fits of the page on leaks are found as well"
    missing = CliRunner().invoke(main, ["audit", "zzzz", "--records", str(study.store.root)])
    assert missing.exit_code == 1
    assert "no fit begins with zzzz" in missing.output


def test_the_published_records_hold_and_so_do_their_figures() -> None:
    """What is committed passes its own audit."""
    store = Store(ROOT / "book" / "records")
    assert sum(1 for _ in check_records(store)) == sum(
        len(list(one.fits.iterdir())) for one in (store, store.networks, store.leak)
    )
    assert check_published(store, ROOT / "book" / "results.csv") > 0


def test_lines_that_the_appendix_quotes_stand_in_the_package() -> None:
    """A quoted line that changes must change on the page too."""
    text = (ROOT / "book" / "09_errors.py").read_text(encoding="utf-8")
    page = "\n".join(line.removeprefix("# ").rstrip() for line in text.splitlines())
    quoted = re.findall(r"`(mgc/\w[\w/]*\.py)`:\n#?\n```python\n(.*?)\n```", page, re.DOTALL)
    assert len(quoted) >= 8
    for module, lines in quoted:
        source = (ROOT / module).read_text(encoding="utf-8")
        for line in lines.splitlines():
            assert line.strip() in source, (module, line)
