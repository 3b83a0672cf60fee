"""The audit: its table is whole, its verdicts follow, and its files say the same."""

import json
import re
from csv import DictReader
from dataclasses import replace
from functools import partial
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mgc.datasets import facts
from mgc.errors import DataError
from mgc.evaluation.metrics import test_rows
from mgc.models import NAMES
from mgc.records.study import open_study
from mgc.report import audit, cards, decide_dataset, own_figures
from mgc.report.claims import (
    Claim,
    Decision,
    NotTestableError,
    Verdict,
    load_claims,
    of_both_recipes,
)
from mgc.report.evidence import Evidence
from tests.helpers.gtzan import save_fit

ROOT = Path(__file__).resolve().parents[3]
CLAIMS = ROOT / "book" / "claims.csv"


def judge(study, decider, figure="", note=""):
    claim = Claim("s5-01", 5, "a claim", figure, "%", "record", decider, note)
    return audit.decide(claim, Evidence(study))


def save(study, model, share, **other):
    return save_fit(study.store, study.edition_record, model, share, **other)


def test_the_table_holds_what_it_must():
    """Seventy claims or more, every section, a decider for each, the report's own figures."""
    claims = load_claims(CLAIMS)
    assert len(claims) >= 70
    assert {claim.section for claim in claims} >= set(range(1, 8))
    assert {claim.decider.partition(":")[0] for claim in claims} == set(audit.DECIDERS)
    stated = {
        claim.decider: claim.value for claim in claims if claim.section == 5 and claim.figure
    }
    for row in facts.report_claims().itertuples():
        assert stated[f"accuracy:{row.model}"] == pytest.approx(100 * row.accuracy)
        assert stated[f"minutes:{row.model}"] == row.minutes
        assert stated[f"parameters:{row.model}"] == row.parameters / 1e6


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
def test_a_damaged_table_names_file_and_fault(tmp_path, old, new, said):
    file = tmp_path / "claims.csv"
    file.write_text(CLAIMS.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=r"claims\.csv") as error:
        load_claims(file)
    assert said in str(error.value)


def test_without_records_nothing_about_results_is_decided(study):
    """A run that did not happen has no number, and each undecided claim says why."""
    decisions = audit.decide_all(load_claims(CLAIMS), Evidence(study))
    for claim, decision in decisions.items():
        assert decision.reason
        if claim.evidence in ("record", "ablation"):
            assert decision.verdict == "not testable here", claim
            assert not decision.records
    counts = audit.counts(decisions)
    assert sum(counts.values()) == len(decisions)
    said = ", ".join(f"{n} {verdict}" for verdict, n in counts.items() if n)
    assert audit.evidence_table(decisions).iloc[-1].tolist() == ["all", str(len(decisions)), said]


def test_each_claim_has_one_card_with_its_verdict_in_words():
    """A link leads to each card, nothing is said of what was not measured, markup is text."""
    claims = [
        Claim("s5-01", 5, "first <i>", "90", "%", "record", "accuracy:mlp", ""),
        Claim("s8-01", 8, "second", "", "", "code", "code:partly", ""),
    ]
    made = (
        Decision(Verdict.NOT_SHOWN, "why", "50\u00a0%", "40 to 60"),
        Decision(Verdict.PARTLY, ""),
    )
    decisions = dict(zip(claims, made, strict=True))
    (first, second) = cards.cards(decisions, 5, 8).source.split("\n")
    assert 'id="claim-s5-01"' in first
    assert 'href="#claim-s5-01"' in first
    assert 'data-verdict="not shown"' in first
    assert '<strong class="mgc-verdict">not shown</strong>' in first
    assert "First &lt;i&gt;" in first
    assert "<dt>Measured</dt><dd>50\u00a0% (40 to 60)</dd>" in first
    assert "<dl>" not in second
    assert cards.cards(decisions, 8).source == second


def test_a_row_inserted_among_the_sums_changes_no_verdict(study, monkeypatch):
    """Claims name a row by its key, wherever it stands."""
    claims = [one for one in load_claims(CLAIMS) if one.decider.startswith("arithmetic:")]
    before = audit.decide_all(claims, Evidence(study))
    table = own_figures.report_arithmetic()
    assert {claim.decider.partition(":")[2] for claim in claims} == set(table.index)
    extra = pd.DataFrame([["a sum", "1", "2", False]], columns=table.columns, index=["extra"])
    for place in range(len(table)):
        longer = pd.concat([table[:place], extra, table[place:]])
        monkeypatch.setattr(own_figures, "report_arithmetic", lambda longer=longer: longer)
        assert audit.decide_all(claims, Evidence(study)) == before
    with pytest.raises(DataError, match="s5-01: no sum '0'"):
        judge(study, "arithmetic:0")


@pytest.mark.parametrize(("stated", "verdict"), [("90", "compatible"), ("20", "contradicted")])
def test_an_accuracy_is_judged_by_its_interval(study, stated, verdict):
    """Nine in ten are right: 90 % lies inside, 20 % does not."""
    record = save(study, "mlp", 0.9)
    decision = judge(study, "accuracy:mlp", stated, "One kind of likeness.")
    assert decision.verdict == verdict
    assert decision.records == (record.fit_id,)
    assert decision.reason.endswith("One kind of likeness."), "the note stands with the reason"
    save(study, "mlp", 0.5, variant="as_written")
    disagreeing = judge(study, "accuracy:mlp", stated)
    assert disagreeing.verdict == ("partly" if verdict == "compatible" else verdict)


def test_a_rank_is_confirmed_only_where_intervals_leave_no_other(study):
    """VGG16 is far ahead; the other four cannot be told apart."""
    for name in NAMES:
        save(study, name, 1.0 if name == "vgg16" else 0.2)
    for model, rank, verdict in (
        ("vgg16", "1", "confirmed"), ("vgg16", "2", "contradicted"),
        ("mlp", "1", "contradicted"), ("mlp", "3", "compatible"),
    ):  # fmt: skip
        assert judge(study, f"rank:{model}", rank).verdict == verdict


def test_verdicts_take_the_networks_that_were_tuned_further_once_all_five_are(study):
    """The MLP alone changes nothing; the verdict says which networks it is about."""
    for name in NAMES:
        save(study, name, 0.2)
    save(study, "mlp", 1.0, variant="retuned")
    assert Evidence(study).variant("random") == "tuned"
    before = judge(study, "rank:mlp", "1")
    assert (before.verdict, "MLP, tuned:" in before.reason) == ("compatible", True)
    for name in NAMES[1:]:
        save(study, name, 0.2, variant="retuned")
    assert Evidence(study).variant("random") == "retuned"
    after = judge(study, "rank:mlp", "1")
    assert (after.verdict, "MLP, tuned further:" in after.reason) == ("confirmed", True)
    assert Evidence(study).variant() == "tuned", "under the artist folds there is none"


def test_a_target_is_reached_by_the_whole_interval_under_both_protocols(study):
    save(study, "mlp", 0.9)
    save(study, "mlp", 0.6, protocol="artist_cv")
    verdicts = [judge(study, "target:mlp", goal).verdict for goal in ("50", "80", "89", "97")]
    assert verdicts == ["confirmed", "partly", "not shown", "contradicted"]


def test_an_ablation_is_judged_by_a_paired_test(study):
    """Three seeds with and without a step that is worth sixty points."""
    for seed in range(3):
        on_published_list = partial(save, study, "mlp", seed=seed, protocol="fault_filtered")
        on_published_list(share=0.9)
        on_published_list(share=0.3, variant="no_scaling")
    found = judge(study, "ablation:no_scaling mlp")
    assert found.verdict == "confirmed"
    assert len(found.records) == 6
    half = judge(study, "ablation:no_scaling mlp,lstm")
    assert half.verdict == "partly", "the claim is about the LSTM too"
    assert "LSTM" in half.reason
    assert judge(study, "ablation:no_log cnn").verdict == "not testable here"


def test_an_ablation_may_be_about_a_choice_between_two_genres():
    """Published fits are right where the probability of the one is above that of the other."""
    published = open_study("gtzan-archive", records=ROOT / "book" / "records", variant="tuned")
    shares = []
    for variant in ("tuned", "no_scaling"):
        hits = []
        for fit in published.groups(variant, "fault_filtered", ("mlp",))["mlp"]:
            rows = test_rows(fit).query("genre in ('jazz', 'blues')")
            hits.append((rows["p_jazz"] > rows["p_blues"]) == (rows["genre"] == "jazz"))
        shares.append(100 * pd.concat(hits).mean())
    found = judge(published, "ablation:no_scaling mlp jazz,blues")
    with_step, without = shares
    assert found.measured == f"MLP {with_step:.1f}\u00a0% with, {without:.1f}\u00a0% without"
    assert "between jazz and blues alone" in found.reason


@pytest.mark.parametrize(
    ("share", "verdict"), [(0.9, "confirmed"), (0.1, "contradicted"), (0.55, "not shown")]
)
def test_features_that_carry_over_must_beat_random_weights(study, share, verdict):
    """Three seeds each; without the control nothing is decided."""
    for seed in range(3):
        save(study, "vgg16", share, seed=seed, protocol="fault_filtered")
    assert judge(study, "carries_over:vgg16").verdict == "not testable here"
    for seed in range(3):
        where = {"seed": seed, "protocol": "fault_filtered"}
        save(study, "vgg16", 0.55, variant="random_weights", **where)
    found = judge(study, "carries_over:vgg16")
    assert found.verdict == verdict
    assert len(found.records) == 6


def test_who_loses_to_most_networks_is_not_competitive(study):
    """The autoencoder loses to all four, the CNN to none."""
    for name in NAMES:
        save(study, name, 0.2 if name == "autoencoder" else 0.9, protocol="artist_cv")
    assert judge(study, "competitive:autoencoder").verdict == "contradicted"
    assert judge(study, "competitive:cnn").verdict == "confirmed"


def test_the_time_of_a_frozen_base_counts_for_every_epoch(study):
    """One epoch over 850 tracks at two seconds each, not the seconds of the cached run."""
    for name in ("vgg16", "lstm"):
        save(study, name, 0.5, variant="as_written", base_seconds_per_track=2.0)
    found = judge(study, "faster:vgg16,lstm")
    assert "28\u00a0min" in found.measured  # 1,700 s
    assert "1.5\u00a0min" in found.measured
    assert found.verdict == "contradicted"


def test_other_music_decides_nothing_about_the_report(study):
    """The report speaks of GTZAN; records of another edition are no evidence."""
    study = replace(study, edition_record=replace(study.edition_record, name="demo"))
    study.store.save_edition(study.edition_record)
    save(study, "mlp", 0.9)
    found = judge(study, "accuracy:mlp", "90")
    assert found.verdict == "not testable here"
    assert "demo" in found.reason


def test_the_three_files_say_the_same(tmp_path):
    """CSV, JSON and HTML hold the same verdicts, and a claim cannot smuggle in markup."""
    claim = Claim("s5-01", 5, "a claim", "1", "%", "record", "code:partly", "<b>bold</b>")
    decisions = {claim: Decision(Verdict.PARTLY, "<b>bold</b>", "2", "± 1")}
    csv_file, json_file, html_file = audit.write_all(decisions, tmp_path / "new")
    row = next(DictReader(StringIO(csv_file.read_text(encoding="utf-8"))))
    assert (row["verdict"], row["measured"]) == ("partly", "2")
    content = json.loads(json_file.read_text(encoding="utf-8"))
    assert {verdict for verdict, n in content["counts"].items() if n} == {"partly"}
    assert content["decisions"][0]["verdict"] == "partly"
    assert content["decisions"][0]["reason"] == row["reason"] == "<b>bold</b>"
    page = html_file.read_text(encoding="utf-8")
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "<b>" not in page
    assert {path.name for path in (tmp_path / "new").iterdir()} == {
        "audit.csv", "audit.html", "audit.json",
    }  # fmt: skip


def test_lines_that_the_appendix_quotes_stand_in_the_package():
    """A quoted line that changes must change on the page too."""
    text = (ROOT / "book" / "09_errors.py").read_text(encoding="utf-8")
    page = "\n".join(line.removeprefix("# ").rstrip() for line in text.splitlines())
    quoted = re.findall(r"`(mgc/\w[\w/]*\.py)`:\n#?\n```python\n(.*?)\n```", page, re.DOTALL)
    assert len(quoted) >= 8
    for module, lines in quoted:
        source = (ROOT / module).read_text(encoding="utf-8")
        for line in lines.splitlines():
            assert line.strip() in source, (module, line)


def test_what_one_set_of_recipes_confirms_and_another_does_not_holds_partly() -> None:
    yes, no, never = (
        Decision(verdict, f"{verdict}.", records=(record,), plain="So.")
        for verdict, record in (
            (Verdict.CONFIRMED, "b"),
            (Verdict.NOT_SHOWN, "a"),
            (Verdict.CONTRADICTED, "c"),
        )
    )
    assert of_both_recipes(yes, yes) is yes
    for further, first in ((yes, no), (no, yes)):
        both = of_both_recipes(further, first)
        assert both.verdict == Verdict.PARTLY
        assert both.records == ("a", "b")
        assert f"{further.verdict}; by those chosen first: {first.verdict}" in both.reason
        assert both.plain.startswith("So. Verdict by these")
    assert of_both_recipes(never, no).verdict == Verdict.CONTRADICTED
    assert of_both_recipes(no, never).verdict == Verdict.NOT_SHOWN
    absent = Decision(Verdict.NOT_TESTABLE, "There is no record.")
    assert of_both_recipes(yes, absent) is yes, "what was not run contradicts nothing"


def test_many_tracks_of_one_artist_show_no_tendency_of_a_genre() -> None:
    """Thirty alike tracks of one artist would pass a test that counts tracks."""
    genre = ["classical"] * 30 + ["rock"] * 30
    artist = ["one"] * 30 + [f"band{i}" for i in range(30)]
    tracks = pd.DataFrame({"low": [-9.0 - i / 100 for i in range(30)] + [*range(30)]})
    inside = pd.Series([name == "classical" for name in genre])
    assert decide_dataset._tendency(tracks["low"], inside, 1) == -1
    means = tracks.groupby([genre, artist]).mean()
    of_genre = means.index.get_level_values(0).to_series(index=means.index)
    assert decide_dataset._tendency(means["low"], of_genre == "classical", 1) == 0
    # As many artists as tracks: then they do show it.
    apart = tracks.groupby([genre, list(range(60))]).mean()
    of_genre = apart.index.get_level_values(0).to_series(index=apart.index)
    assert decide_dataset._tendency(apart["low"], of_genre == "classical", 1) == -1


def test_a_correlation_of_few_artists_is_less_sure_than_one_of_as_many_tracks() -> None:
    rng = np.random.default_rng(3)
    of_artist = rng.normal(size=(6, 2)).repeat(20, axis=0)
    x, y = (of_artist + 0.1 * rng.normal(size=(120, 2))).T
    few, many = pd.Series([f"a{i // 20}" for i in range(120)]), pd.Series(map(str, range(120)))
    by_artist, by_track = (
        np.quantile(decide_dataset._resampled(x, y, who), (0.025, 0.975)) for who in (few, many)
    )
    assert np.ptp(by_artist) > 2 * np.ptp(by_track)
    fisher = np.tanh(np.arctanh(np.corrcoef(x, y)[0, 1]) + 1.96 / np.sqrt(117) * np.array([-1, 1]))
    assert np.ptp(by_track) == pytest.approx(np.ptp(fisher), rel=0.4), "independent tracks"


def test_a_verdict_that_changed_is_listed_with_its_reason() -> None:
    claims = load_claims(CLAIMS)[:3]
    decisions = {
        claim: Decision(verdict, "So.")
        for claim, verdict in zip(
            claims, (Verdict.PARTLY, Verdict.CONFIRMED, Verdict.PARTLY), strict=True
        )
    }
    before = pd.DataFrame(
        {"id": [claim.id for claim in claims[:2]], "before": ["confirmed"] * 2, "why": ["a", "b"]}
    )
    (row,) = audit.changed(decisions, before).to_dict("records")
    assert row == {
        "Claim": claims[0].claim, "Before": "confirmed", "Now": "partly", "Why": "a"
    }  # fmt: skip
    with pytest.raises(DataError, match="s9-99"):
        audit.changed(decisions, before.assign(id="s9-99"))


def test_a_claim_keeps_verdict_and_note_where_the_first_recipes_were_not_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def beats(_: Claim, evidence: Evidence, __: str) -> Decision:
        if not evidence.further:
            raise NotTestableError("No record of these.")
        return Decision(Verdict.CONFIRMED, "So.")

    monkeypatch.setattr(audit, "DECIDERS", {"beats": beats})
    published = open_study("gtzan-archive", records=ROOT / "book" / "records")
    made = judge(published, "beats:cnn,mlp", note="A note.")
    assert (made.verdict, made.reason) == (Verdict.CONFIRMED, "So. A note.")
