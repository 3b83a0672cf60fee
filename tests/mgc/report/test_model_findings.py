"""Verdicts about models follow the records: what is shown, what is not, what nobody measured."""

import math
import re

import pandas as pd
import pytest

from mgc.datasets import facts
from mgc.datasets.tracks import GENRES
from mgc.display import comparison, formats, model_text, notebook
from mgc.evaluation.results import load_results
from mgc.evaluation.significance import pairwise
from mgc.models import NAMES, TITLES
from mgc.records.editions import EditionRecord
from mgc.records.store import Store
from mgc.records.study import Study
from mgc.report import model_findings
from mgc.report.cards import finding
from mgc.report.claims import Verdict
from tests.helpers.records import config, predictions, save, unsaved
from tests.helpers.results import NOBODY, five, predicting, right, with_environment


@pytest.mark.parametrize(
    ("shares", "verdict"),
    [
        ({"mlp": 0.4, "cnn": 0.8, "vgg16": 0.9}, Verdict.CONFIRMED),
        ({"mlp": 0.9, "cnn": 0.4, "vgg16": 0.9}, Verdict.CONTRADICTED),
        ({"mlp": 0.4, "cnn": 0.4, "vgg16": 0.9}, Verdict.PARTLY),
        ({"mlp": 0.5, "cnn": 0.5, "vgg16": 0.5}, Verdict.NOT_SHOWN),
        ({"mlp": 0.4, "vgg16": 0.9}, Verdict.PARTLY),
        ({"cnn": 0.4, "vgg16": 0.9}, Verdict.NOT_TESTABLE),
    ],
)
def test_a_claim_about_two_pairs_needs_both(shares, verdict):
    results = five(**shares)
    found = model_findings.spectrograms_beat_features(results, pairwise(results))
    assert found.verdict == verdict


def test_the_card_of_a_finding_keeps_its_p_values_in_a_fold():
    results = five(mlp=0.4, cnn=0.8, vgg16=0.9)
    found = model_findings.spectrograms_beat_features(results, pairwise(results))
    open_part, _, fold = finding("pictures win", found).source.partition("<details>")
    assert ">confirmed<" in open_part
    assert "<svg" in open_part
    assert "is shown to be better than MLP" in open_part
    assert "Holm" not in open_part
    assert "Holm" in fold


def test_the_best_model_has_to_beat_every_other():
    results = five(mlp=0.2, cnn=0.3, lstm=0.2, autoencoder=0.1, vgg16=0.9)
    found = model_findings.transfer_is_best(results, pairwise(results))
    assert found.verdict == Verdict.CONFIRMED
    results = five(mlp=0.9, vgg16=0.9, lstm=0.1)
    found = model_findings.transfer_is_best(results, pairwise(results))
    assert found.verdict == Verdict.PARTLY
    assert "The tests do not tell it from MLP." in found.reason
    assert "no record of CNN and Autoencoder" in found.reason


@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [(200, Verdict.CONFIRMED), (100, Verdict.NOT_SHOWN), (40, Verdict.CONTRADICTED)],
)
def test_timings_must_differ_by_more_than_two_runs_do(seconds, verdict):
    results = five(cnn=0.5, lstm=0.5)
    for name, duration in (("cnn", 100.0), ("lstm", float(seconds))):
        results[name] = with_environment(results[name], duration_s=duration)
    found = model_findings.lstm_costs_more(results)
    assert found.verdict == verdict
    assert [row.value for row in found.plot.rows] == [seconds / 60, 100 / 60]


def test_timings_that_overlap_show_nothing():
    """One fit beside other work must not decide, whatever it does to the mean."""
    assert model_findings.time_sign([100, 300], [150, 160]) == 0
    assert model_findings.time_sign([100, 110], [150, 500]) == 1
    assert model_findings.time_sign([150, 500], [100, 110]) == -1
    assert model_findings.time_sign([100], [120]) == 0, "two runs differ by as much"


def test_an_order_that_is_not_needed_is_said_not_to_be_needed():
    kept, lost = right(0.8, model="lstm"), right(0.2, model="lstm")
    said = model_findings.order_said({"in order": [kept], "shuffled": [kept], "gone": []})
    assert len(said) == 2
    assert "shuffled change the accuracy by 0.0 points" in said[0].replace("\u00a0", " ")
    (one,) = model_findings.order_said({"in order": [kept], "shuffled": [lost]})
    assert "−60.0 points" in one.replace("\u00a0", " ")
    assert model_findings.order_said({"in order": [kept], "shuffled": []}) == []
    assert model_findings.order_said({}) == []


def test_the_code_of_the_autoencoder_fails_by_what_it_loses_and_is_never_proven():
    claim = model_findings.autoencoder_keeps_information
    results = five(autoencoder=0.2, cnn=0.8)
    beaten = claim(results, pairwise(results))
    assert beaten.verdict == Verdict.NOT_SHOWN, "a poor classifier on it proves no loss"
    assert "CNN" in beaten.reason
    results = five(autoencoder=0.5, cnn=0.5)
    tests = pairwise(results)
    for error, verdict in ((0.001, Verdict.NOT_SHOWN), (0.009, Verdict.CONTRADICTED)):
        results["autoencoder"] = with_environment(
            results["autoencoder"], reconstruction_mse=error, reconstruction_variance=0.01
        )
        found = claim(results, tests)
        assert found.verdict == verdict
        assert formats.percent(1 - error / 0.01) in found.reason


def test_stated_accuracies_are_judged_on_their_own_setting_only():
    assert model_findings.accuracies_hold(five(mlp=0.7)).verdict == Verdict.NOT_TESTABLE
    other = {"edition": "gtzan", "protocol": "random"}
    low = {"mlp": right(0.1, model="mlp", **other)}
    assert model_findings.accuracies_hold(low).verdict == Verdict.CONTRADICTED
    both = low | {"lstm": right(0.8, model="lstm", **other)}
    found = model_findings.accuracies_hold(both)
    assert found.verdict == Verdict.CONTRADICTED, "an interval that holds one shows no part of it"
    assert "LSTM" in found.plain
    assert "MLP" not in found.plain


def test_models_with_different_mistakes_are_better_together():
    results = dict(NOBODY)
    for name, sure in (("cnn", GENRES[:5]), ("lstm", GENRES[5:])):
        rows = predictions(per_genre=10, skill=0.0)
        p = rows[[f"p_{g}" for g in GENRES]].to_numpy().copy()
        for i, genre in enumerate(rows["genre"]):
            p[i] = 0.01
            p[i, GENRES.index(genre)] = 0.91 if genre in sure else 0.1
            if genre not in sure:
                p[i, (GENRES.index(genre) + 1) % 10] = 0.82
        rows[[f"p_{g}" for g in GENRES]] = p / p.sum(axis=1, keepdims=True)
        results[name] = unsaved(rows, model=name)
    helps = model_findings.combination_helps
    assert helps(results, ("cnn", "lstm")).verdict == Verdict.CONFIRMED
    rows = predictions(per_genre=10)
    same = NOBODY | {name: unsaved(rows, model=name) for name in ("cnn", "lstm")}
    assert helps(same, ("cnn", "lstm")).verdict == Verdict.NOT_SHOWN
    assert helps(same, ("cnn", "mlp")).verdict == Verdict.NOT_TESTABLE


def test_the_mlp_has_to_beat_guessing_and_logistic_regression():
    guess = {"majority": predicting(lambda g, i: "blues", model="majority")}
    for linear, verdict in ((0.3, Verdict.CONFIRMED), (0.9, Verdict.PARTLY)):
        results = five(mlp=0.9) | guess | {"logistic": right(linear, model="logistic")}
        assert model_findings.mlp_suffices(results, pairwise(results)).verdict == verdict
    results = guess | {"mlp": predicting(lambda g, i: "rock", model="mlp")}
    found = model_findings.mlp_suffices(results, pairwise(results))
    assert found.verdict == Verdict.NOT_SHOWN


def test_the_report_refutes_its_own_ratio():
    found = model_findings.transfer_has_best_ratio(five(mlp=0.5, vgg16=0.4))
    assert found.verdict == Verdict.CONTRADICTED
    assert "MLP reaches 50\u00a0% with" in found.reason
    assert "report's own table that of MLP." in found.reason
    assert [row.value for row in found.plot.rows] == [0.5, 0.4], "from few parameters to many"


def test_every_claim_is_not_testable_without_records():
    tests = pairwise(NOBODY)
    claims = (
        (model_findings.accuracies_hold,),
        (model_findings.lstm_costs_more,),
        (model_findings.transfer_has_best_ratio,),
        (model_findings.spectrograms_beat_features, tests),
        (model_findings.transfer_is_best, tests),
        (model_findings.autoencoder_keeps_information, tests),
        (model_findings.mlp_suffices, tests),
        (model_findings.combination_helps, ("cnn", "lstm")),
    )
    found = {claim.__name__: claim(NOBODY, *rest) for claim, *rest in claims}
    table = model_findings.findings_table(found)
    assert table["Verdict"].tolist() == [Verdict.NOT_TESTABLE] * len(found)


def test_the_recommendation_carries_no_more_than_the_tests():
    results = five(mlp=0.5, vgg16=0.9, cnn=0.9)
    results["vgg16"] = with_environment(results["vgg16"], duration_s=5.0)
    results |= {"majority": predicting(lambda g, i: "blues", model="majority"),
                "logistic": right(0.9, model="logistic")}  # fmt: skip
    said = " ".join(comparison.recommendation(results, pairwise(results)))
    assert "The tests do not tell it from VGG16" in said
    assert "trains fastest" in said
    elsewhere = results | {"vgg16": with_environment(results["vgg16"], device="GPU")}
    told = " ".join(comparison.recommendation(elsewhere, pairwise(elsewhere)))
    assert "fastest" not in told, "times on two machines do not compare"
    assert "shown to be better than MLP" in said
    assert "None of them is shown to be better than logistic regression" in said
    first, tied, linear, *_, claim = comparison.answer(results, pairwise(results))
    assert first.startswith("On these test tracks, the most accurate of the")
    assert tied.startswith("The tests do not tell it from")
    assert claim == "For VGG16 transfer the report claimed nine in ten."
    assert linear in said
    assert "neither support nor refute" in said
    said = " ".join(comparison.recommendation(NOBODY, pairwise(NOBODY)))
    assert "nothing can be recommended" in said
    for mlp, vgg16, part in ((0.2, 0.9, "support that"), (0.9, 0.2, "speak against it")):
        results = five(mlp=mlp, vgg16=vgg16)
        said = " ".join(comparison.recommendation(results, pairwise(results)))
        assert f"these records {part}" in said


def test_ranks_are_those_of_the_accuracies():
    table = comparison.ranking(five(mlp=0.9, lstm=0.2, vgg16=0.5))
    order = ["VGG16 transfer", "CNN", "LSTM", "Autoencoder + classifier", "MLP"]
    assert table["Model"].tolist() == order
    assert table["Rank"].tolist() == ["2", formats.MISSING, "3", formats.MISSING, "1"]


def test_layers_of_a_nested_network_are_one_row():
    layers = [
        {"name": "vgg16/a", "type": "Conv2D", "output_shape": [9, 9, 4], "parameters": 10,
         "trainable": False},
        {"name": "vgg16/b", "type": "Conv2D", "output_shape": [4, 4, 8], "parameters": 30,
         "trainable": False},
        {"name": "dense", "type": "Dense", "output_shape": [10], "parameters": 2000,
         "trainable": True},
    ]  # fmt: skip
    record = right(0.5, model="vgg16")
    record = type(record)(**{**vars(record), "architecture": layers})
    table = model_text.architecture(record)
    assert table["Parameters"].tolist() == ["40", "2,000"]
    assert table["Output"].tolist() == ["4 × 4 × 8", "10"]
    assert table["Trained"].tolist() == ["no", "yes"]
    drawn = model_text.drawing(record).source
    assert re.findall("<span[^>]*>([^<]*)", drawn) == ["4 × 4 × 8", "10"]
    assert "2,000 parameters" in drawn
    assert drawn.count("mgc-frozen") == 1
    assert model_text.drawing(NOBODY["cnn"]) is None
    assert "not run" in model_text.insight(NOBODY["cnn"])
    assert model_text.architecture(NOBODY["cnn"]).empty


def test_an_insight_names_mistakes_and_leads_to_them_in_the_explorer():
    record = predicting(lambda genre, i: "rock" if genre == "pop" else genre, model="cnn")
    said = model_text.insight(record)
    assert "pop taken for rock (10 tracks)" in said
    assert "model=cnn" in said
    (row,) = model_text.networks({"cnn": [record]}).to_dict("records")
    assert row["Reads"] == "pictures"
    assert row["Accuracy (95 % interval)"].startswith("90.0")
    turned = model_text.by_setting(model_text.recipes())
    assert list(turned.columns) == ["Setting", *(TITLES[name] for name in NAMES)]


def test_texts_of_numbers():
    assert formats.percent(0.5449) == "54\u00a0%"
    assert formats.percent(None) == formats.percent(math.nan) == formats.MISSING
    assert formats.points(-0.12) == "−12\u00a0points"
    assert formats.points(-0.0001) == "0\u00a0points"
    assert formats.interval(0.44, 0.64) == "44\u00a0to\u00a064\u00a0%"
    assert formats.count(1234.4) == "1,234"
    assert [formats.duration(s) for s in (0.034, 150, 7200, 2e-6)] == [
        "34\u00a0ms", "2.5\u00a0min", "2.0\u00a0h", "2.0\u00a0µs",
    ]  # fmt: skip
    assert formats.p_value(0.0004) == "p\u00a0<\u00a00.001"
    assert formats.points_interval(-0.034, 0.012, 1) == "−3.4 to +1.2\u00a0points"
    assert formats.signed(-0.0001) == "0"
    assert [formats.listing(n) for n in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "none", "a", "a and b", "a, b and c",
    ]  # fmt: skip


def test_tables_are_the_same_in_every_run_and_say_what_is_missing():
    frame = pd.DataFrame({"a": ["x", "<b>"], "b": [1.5, math.nan]})
    first, second = notebook.table(frame, "A & B"), notebook.table(frame, "A & B")
    assert first._repr_html_() == second._repr_html_()
    assert "&lt;b&gt;" in first._repr_html_()
    assert formats.MISSING in first._repr_html_()
    assert "<caption>A &amp; B " in first._repr_html_()
    assert 'download="a-b.csv"' in first._repr_html_()
    assert notebook.say("One.", "Two.")._repr_markdown_() == "One. Two."


@pytest.fixture
def study(tmp_path):
    """Return a study of published records: MLP in two variants, the rest not run."""
    empty = pd.DataFrame()
    edition = EditionRecord("gtzan-mini", config()["edition_hash"], 100, "1", (), {}, empty, empty)
    study = Study(Store(tmp_path), None, edition, "cv5", "quick", (0,), tmp_path)
    for variant, share in (("quick", 0.9), ("as_written", 0.2)):
        save(study.store, right(share).predictions, **study.config("mlp", variant))
    return study


def test_variants_with_records_have_rows_of_their_own(study):
    results = load_results(study)
    assert list(results.variants) == ["quick", "as_written"]
    assert results.table["label"].is_unique
    assert results.table.set_index("label")["accuracy"].tolist() == [0.9, 0.2]
    said = comparison.variant_statements(pairwise(results.groups), "quick")
    assert said == ["MLP is shown to be better quick than as written."]
    alike = {"mlp": right(0.5, model="mlp"), "mlp as_written": right(0.5, model="mlp")}
    (said,) = comparison.variant_statements(pairwise(alike), "quick")
    assert said == "MLP is not shown to be better quick than as written.", "one was compared"
    assert results.table.equals(load_results(study).table)
    fits = results.fits("as_written", "quick")
    assert [record.config["variant"] for record in fits] == ["as_written", "quick"]
    # Published figures are compared on the same data only.
    assert "none of the" in comparison.beside_literature(results)
    assert comparison.comparable_accuracies(results) == {}


def test_each_protocol_of_the_literature_has_a_title_of_its_own():
    names = facts.literature()["protocol"].unique()
    titles = {name: facts.protocol_title(name) for name in names}
    assert len(set(titles.values())) == len(names)
    assert titles["fault_filtered"] == "fault-filtered"
    assert not any("_" in title for title in titles.values())
