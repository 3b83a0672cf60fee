"""Tables and sentences of chapters: they say what the numbers say, whatever was run."""

import base64
import io
import re

import numpy as np
import pandas as pd
import pytest

from mgc.datasets import facts, quality
from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.display import (
    comparison,
    data_tables,
    dataset_tables,
    formats,
    model_text,
    notebook,
    pair_table,
    result_tables,
    system_tables,
)
from mgc.display.glue import KEY, Glue
from mgc.evaluation import transfer
from mgc.evaluation.significance import pairwise
from mgc.evaluation.tracks import missed_tracks
from mgc.models import TITLES
from mgc.models.recipe import VARIANTS
from mgc.records.editions import EditionRecord
from mgc.records.store import NotRun, default_root
from tests.helpers.records import answers, one_hot, unsaved


def edition(name="gtzan-mini", artist="", **left_out):
    tracks = pd.DataFrame({"track_id": ["blues.00000", "rock.00000"], "artist": artist})
    tabular = pd.DataFrame({"track_id": tracks["track_id"]})
    return EditionRecord(name, "ab" * 32, 2, "1", (), left_out, tracks, tabular)


def test_many_texts_are_glued_as_one_by_one(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **more: shown.append((data, more)))
    glue = Glue("a table")
    glue("first", "1")
    glue("second", "2", "another")
    alone, shown[:] = list(shown), []
    glue.many({"first": "1"})
    glue.many({"second": "2"}, "another")
    assert shown == alone
    assert [more["metadata"][KEY]["sources"] for _, more in shown] == [["a table"], ["another"]]


def test_each_pair_has_its_test_of_each_seed():
    fits = {
        "cnn": [unsaved(answers(np.arange(30) < 20), model="cnn", seed=s) for s in range(2)],
        "mlp": [unsaved(answers(np.arange(30) < 8), model="mlp", seed=s) for s in range(2)],
    }
    tests = pairwise(fits)
    labels = {"cnn": "CNN", "mlp": "MLP"}
    (link,) = re.findall('base64,([^"]*)', pair_table.matrix(tests, labels).source)
    (row,) = pd.read_csv(io.BytesIO(base64.b64decode(link))).to_dict("records")
    assert (row["first"], row["second"], row["significant"]) == ("CNN", "MLP", True)
    assert row["p_seeds"] == " ".join([f"{2 * 0.5**12:.6g}"] * 2)
    assert row["difference"] == 0.4
    assert comparison.labelled(tests, {"cnn": "CNN", "mlp": "MLP"})["first"].tolist() == ["CNN"]


def test_the_best_model_comes_first_and_only_certain_differences_are_boxed():
    right = {"lstm": 8, "cnn": 20, "mlp": 9}
    fits = {name: unsaved(answers(np.arange(30) < n), model=name) for name, n in right.items()}
    shown = pair_table.matrix(pairwise(fits), {name: name.upper() for name in fits}).source
    assert re.findall('"row">([^<]*)', shown) == ["1 CNN", "2 MLP", "3 LSTM"]
    assert re.findall("<td>(.*?)</td>", shown) == [
        "", "", "<strong>−37</strong>", "", "<strong>−40</strong>", "−3",
    ]  # fmt: skip
    assert "fewer than two" in pair_table.matrix(pairwise({"cnn": fits["cnn"]}), {}).source


def test_tracks_that_all_miss_come_with_their_faults_the_surest_mistakes_first():
    rows = {
        "cnn": [("pop.00000", "pop", "rock"), ("metal.00058", "metal", "rock")],
        "mlp": [("pop.00000", "pop", "jazz"), ("metal.00058", "metal", "rock")],
    }
    fits = {name: unsaved(one_hot(one), model=name, edition="gtzan") for name, one in rows.items()}
    missed = missed_tracks(fits)
    shown = result_tables.faults_table(missed)
    assert shown["Track"].tolist() == ["metal.00058", "pop.00000"]
    assert "rock.00016" in shown["Known fault"].tolist()[0]
    nobody = missed_tracks({"cnn": NotRun("cnn", "no record")})
    assert result_tables.faults_table(nobody).empty


def test_an_edition_is_described_by_its_name_artists_and_what_is_left_out():
    test, artists = dataset_tables.about_tracks(edition())
    assert "of its tracks belong to the test" in test
    assert "a table of their own" in artists
    own, artists = dataset_tables.about_tracks(edition("demo", ["a", "b"]))
    assert "nothing to do with the tracks of GTZAN" in own
    assert "2 artists" in artists
    assert "Nothing is left out" in dataset_tables.left_out_statement(edition())
    said = dataset_tables.left_out_statement(edition(**{"jazz.00054": "the file does not decode"}))
    assert "`jazz.00054` (the file does not decode)" in said


def test_rules_count_the_tracks_that_they_flag():
    flags = pd.DataFrame({"track_id": ["a", "a", "b"], "rule": ["short", "silence", "short"]})
    table = dataset_tables.rules_table(flags).set_index("rule")
    assert list(table.index) == list(quality.RULES)
    hits = dict.fromkeys(quality.RULES, "0") | {"short": "2", "silence": "1"}
    assert table["tracks"].to_dict() == hits
    assert table.loc["unreadable", "limit"] == ""


@pytest.mark.parametrize(
    ("top", "verdict"),
    [
        (("metal", "classical"), "as the report says"),
        (("metal", "jazz"), "one of them is metal"),
        (("jazz", "hiphop"), "neither"),
    ],
)
def test_the_most_distinct_genres_are_set_against_the_claim(top, verdict):
    areas = pd.Series([0.9, 0.8, 0.5], index=[*top, "pop"])
    cluster = pd.Series([0.2, 0.1, -0.1], index=[*top, "pop"])
    distinct, negative = dataset_tables.distinct_statements(areas, cluster)
    assert verdict in distinct
    assert "negative for pop" in negative
    assert len(dataset_tables.distinct_statements(areas, abs(cluster))) == 1


def test_a_pair_has_its_place_from_the_hardest_on():
    pairs = pd.DataFrame(
        [("pop", "rock", 0.5), ("jazz", "pop", 0.7), ("metal", "rock", 0.9)],
        columns=["first", "second", "area"],
    )
    hardest, place = dataset_tables.pair_statements(pairs, "metal", "rock")
    assert "pop and rock (area 0.50)" in hardest
    assert "0.90 and come in place 3 of 3" in place
    assert len(dataset_tables.pair_statements(pairs, "blues", "rock")) == 1


def test_jazz_is_counted_by_how_its_picture_was_drawn():
    """One of two redrawn tracks found, none of the other one."""
    rows = [("jazz.00000", "jazz", "jazz"), ("jazz.00037", "jazz", "blues"),
            ("jazz.00038", "jazz", "blues"), ("pop.00000", "pop", "jazz")]  # fmt: skip
    fit = unsaved(one_hot(rows), model="cnn")
    (row,) = result_tables.replotted_table({"cnn": [fit]}, {"cnn": "CNN"}).to_dict("records")
    assert row["Redrawn jazz found"] == "50\u00a0%"
    assert row["Other jazz found"] == "0\u00a0%"


def test_a_table_may_offer_a_file_of_its_numbers():
    frame = pd.DataFrame({"system": ["a & b"], "accuracy": [0.5]})
    link = notebook.file_link(frame, "open.csv", "Save <it>")
    assert 'download="open.csv"' in link
    assert "Save &lt;it&gt;" in link
    content = link.partition("base64,")[2].partition('"')[0]
    assert base64.b64decode(content).decode() == "system,accuracy\na & b,0.5\n"
    assert notebook.table(frame, link=link).source.endswith(f"<p>{link}</p>")
    assert "<p>" not in notebook.table(frame).source


def test_an_edition_has_one_row_with_all_its_uses_and_what_networks_see_of_it():
    def described(name, duration):
        record = edition(name)
        record.tracks["duration_s"] = duration
        return record

    demo = described("demo", 30.0)
    uses = [("results", described("gtzan-archive", None)), ("statistics", demo), ("sounds", demo)]
    archive, heard = dataset_tables.uses_table([*uses, ("nothing", None)]).to_dict("records")
    assert "linear" in archive["Picture of a track"]
    assert archive["Sound"] == "none"
    assert "mel" in heard["Picture of a track"]
    assert heard["Used for"] == "statistics; sounds"


def test_a_system_has_one_row_with_a_dash_where_it_answered_no_protocol():
    table = pd.DataFrame(
        [
            ("ours", "artist_cv", "", 0.5, 0.4, 0.6, 0.45),
            ("ours", "fault_filtered", "", 0.55, 0.5, 0.6, 0.5),
            ("theirs", "fault_filtered", "the web", 0.9, 0.8, 0.95, 0.9),
        ],
        columns=["system", "protocol", "outside", "accuracy", "low", "high", "macro_f1"],
    )
    shown = system_tables.open_rows(table).set_index("System")
    assert shown.loc["ours", "Learned besides GTZAN"] == "nothing"
    assert (
        shown.loc["ours", "Fault-filtered, accuracy"] == "55.0\u00a0% (50\u00a0to\u00a060\u00a0%)"
    )
    assert shown.loc["theirs", "Artist folds, accuracy"] == formats.MISSING
    assert shown.loc["theirs", "Fault-filtered, macro F1"] == "0.90"


def test_what_was_taught_elsewhere_is_told_from_what_was_not():
    figures = system_tables.taught_figures().set_index("system")["taught"]
    assert not figures["MFCC statistics + SVM"]
    assert figures["VGGish"]
    assert figures["MusiCNN max-pool features"]


def test_each_table_of_facts_has_its_sources_and_terms():
    shown = data_tables.sources_table(facts.described_tables()).set_index("File")
    assert shown.loc["gtzan_artists.csv", "Rows"] == "1,000"
    assert "Sturm (2012)" in shown.loc["gtzan_artists.csv", "Sources"]
    assert shown.loc["gtzan_tempo_key.csv", "Terms"] == "facts, MIT"
    assert shown.loc["gtzan_artist_folds.csv", "Terms"] == "CC-BY-4.0"
    assert (shown != "").all(axis=None)


def test_packed_pictures_and_answers_are_told_in_shares():
    cells = pd.DataFrame(
        {"genre": ["hiphop"], "n": [10], "equal": [0.5], "near": [1.0], "apart": 2}
    )
    (row,) = data_tables.cells_table(cells).to_dict("records")
    assert list(row.values()) == ["hip-hop", "10", "50.0\u00a0%", "100.0\u00a0%", "2.00"]
    models = pd.DataFrame(
        {"model": ["cnn"], "n": [4], "same": [1.0], "archive": 0.5, "audio": 0.25}
    )
    (row,) = data_tables.answers_table(models).to_dict("records")
    assert list(row.values())[1:] == ["4", "100.0\u00a0%", "50.0\u00a0%", "25.0\u00a0%"]


def test_the_network_that_ships_stands_under_the_one_split_that_it_was_asked_about() -> None:
    record = transfer.load(default_root()).record
    rows = record.predictions[record.predictions["part"] == "test"]
    right = (rows[list(P_COLUMNS)].to_numpy().argmax(axis=1)
             == rows["genre"].map(GENRES.index)).mean()  # fmt: skip
    table = pd.DataFrame({"Model": ["CNN"], "artist folds": ["54 %"], "fault-filtered": ["53 %"]})
    row = result_tables.with_shipped(table, record).iloc[-1]
    assert "MusiCNN" in row["Model"]
    assert row["artist folds"] == formats.MISSING
    assert row["fault-filtered"].startswith(formats.percent(right, 1))
    without = table.drop(columns="fault-filtered")
    assert result_tables.with_shipped(without, record) is without


def test_recipes_tuned_further_are_told_with_what_changed():
    columns = {
        "learning_rate": "Learning rate",
        "label_smoothing": "Label smoothing",
        "weight_decay": "Weight decay",
        "epochs": "Epochs",
    }
    told = model_text.tuned_recipes("retuned").set_index("Model")
    for model, field, value in VARIANTS["retuned"].changes:
        row = told.loc[TITLES[model]]
        if field == "dropout":
            assert "no dropout" in row["Its own"]
        else:
            assert str(row[columns[field]]) == f"{value:g}"
    assert not model_text.tuned_recipes()["Its own"].str.contains("dropout").any()
