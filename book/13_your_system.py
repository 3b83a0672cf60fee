# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Measure your own system
#
# *Level: some programming. Reading time: about {sub-ref}`wordcount-minutes` minutes.*
#
# ```{admonition} On this page
# :class: tip
# You learn
# - how to get the splits of this book as a table, with the artists that must not cross;
# - how to have your system's answers scored as the book scores its own, in one command;
# - what the command refuses, and why;
# - how your system gets into the open table.
# ```
#
# Your system may be anything that listens to GTZAN: a network in another language, a nearest neighbour, a person with headphones. The book needs none of its code. It gives you a split, you give it answers, and it says what they are worth. For this you need a clone of the project and, for the training, your own copy of the audio or of features.

# %% tags=["parameters", "remove-cell"]
data = "gtzan-archive"
records = ""
protocol = "artist_cv"
variant = "tuned"
seed = 0

# %% tags=["hide-input"]
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mgc.display import formats, notebook, system_tables
from mgc.display.figures import model_plots
from mgc.display.glue import Glue
from mgc.evaluation import crossing, open_table, scoring
from mgc.records.study import open_study

# The table is about all of GTZAN, whatever data the other chapters were built on.
study = open_study("gtzan-archive", protocol="artist_cv", variant="tuned")
folder = Path(tempfile.mkdtemp())


def mgc(*words: str) -> str:
    """Run a command in the folder of this example, as a terminal in a clone would."""
    store = str(study.store.root.resolve())
    line = [sys.executable, "-m", "mgc", *words, "--records", store]
    done = subprocess.run(line, cwd=folder, capture_output=True, encoding="utf-8")
    return done.stdout or done.stderr


# %% [markdown]
# ```{admonition} To remember
# :class: important
# Two scores can be compared if they answer the same question: the same split, all of its tracks, and test parts that were answered once.
# ```
#
# ## One: get the split
#
# ```sh
# mgc splits artist_cv --csv folds.csv
# ```
#
# The table has a row for each track in each fold: `track_id`, `segment` (`-1` for a whole track), `fold`, `part` (train, valid or test), `genre` and `group`, the artists that the track belongs to. Five folds test each track once, and no group stands in two parts of a fold. Other protocols have their names too: `fault_filtered`, `random`, `leaky_segments`.

# %% tags=["hide-input"]
print(mgc("splits", "artist_cv", "--csv", "folds.csv"))
folds = pd.read_csv(folder / "folds.csv")
some = folds.sample(5, random_state=1).sort_values("track_id")
notebook.table(some, "Five rows of folds.csv")

# %% [markdown]
# ## Two: let your system answer
#
# Train on the rows that say `train`, choose whatever you choose on `valid`, and answer `test` once. The answers are a table with `track_id`, `fold`, and either `genre`, which is what your system says, or ten probabilities, `p_blues` to `p_rock`.
#
# Our example is a system that the book does not have: linear discriminant analysis with a covariance that is shrunk {cite:p}`ledoit2004`. It reads the statistics of each track that the records of the book keep, so it runs here without any audio, in a second.

# %%
features = study.edition_record.tabular.set_index("track_id")
system = make_pipeline(
    StandardScaler(), LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
)
answers = []
for fold, rows in folds.groupby("fold"):
    train, test = rows[rows["part"] == "train"], rows[rows["part"] == "test"]
    system.fit(features.loc[train["track_id"]], train["genre"])
    p = system.predict_proba(features.loc[test["track_id"]])
    table = pd.DataFrame(p, columns=[f"p_{genre}" for genre in system.classes_])
    answers.append(table.assign(track_id=test["track_id"].to_numpy(), fold=fold))
pd.concat(answers).to_csv(folder / "answers.csv", index=False)

# %% [markdown]
# ## Three: score the answers
#
# ```sh
# mgc score answers.csv                              # artist_cv
# mgc score answers.csv --protocol fault_filtered    # another split
# ```

# %% tags=["hide-input"]
told = mgc("score", "answers.csv")
print(told.partition("True genre")[0])

# %% tags=["remove-input"]
split = scoring.split_table(study.edition_record, "artist_cv")
rows = scoring.read_answers(folder / "answers.csv", split)
rivals = scoring.published(study, "artist_cv")
score = scoring.score(rows, split, study.edition_record, "artist_cv", rivals)
crossed = crossing.crossing(scoring.split_table(study.edition_record, "fault_filtered"))
shown = score.tests[score.tests["significant"]]
better = shown[shown["difference"] > 0]["second"].tolist()
worse = shown[shown["difference"] < 0]["second"].tolist()
open_ones = score.tests[~score.tests["significant"]]["second"].tolist()
glue = Glue(study.edition_record, rivals)
glue.many(
    {
        "c13_accuracy": formats.percent(score.summary.accuracy, 1),
        "c13_interval": formats.interval(score.summary.low, score.summary.high),
        "c13_ece": formats.number(score.calibration_error),
        "c13_tracks": formats.count(score.summary.n_tracks),
        "c13_groups": formats.count(score.summary.n_groups),
        "c13_crossing": formats.count(len(crossed)),
        "c13_beats": formats.listing(better),
        "c13_loses": formats.listing(worse),
        "c13_open": formats.listing(open_ones),
    }
)

# %% [markdown]
# The example names the right genre of {glue:text}`c13_accuracy` of the {glue:text}`c13_tracks` tracks. The interval, {glue:text}`c13_interval`, comes from drawing the {glue:text}`c13_groups` artist groups anew, as everywhere in this book ({doc}`05_comparison`). Its probabilities deserve little trust: the calibration error is {glue:text}`c13_ece`. The command also prints which genre is taken for which, and a test against each published model:

# %% tags=["remove-input"] mystnb={"figure": {"caption": "What the example system calls the tracks: rows are true genres, columns the genres it names.", "name": "fig-example-confusion"}, "image": {"alt": "Confusion matrix of the example system under the artist folds: rows are true genres, columns the genres it names."}}
model_plots.confusion(scoring.as_record(rows, study.edition_record, "artist_cv"))

# %% tags=["remove-input"]
notebook.table(system_tables.tests_rows(score.tests), "The example less each published model")

# %% [markdown]
# The test swaps the two systems within artists, over all published seeds, and Holm's correction accounts for the number of tests. The example is shown to be better than {glue:text}`c13_beats`, and worse than {glue:text}`c13_loses`. Not told apart: {glue:text}`c13_open`.
#
# Where artists cross a split, as those of {glue:text}`c13_crossing` test tracks of the fault-filtered split do, the command also gives the accuracy without these tracks.
#
# ## What is refused
#
# A score for a part of the tracks is no score. The command names the first track at fault and ends when
#
# - answers are missing, stand there twice, or are for tracks that the split does not know;
# - a track of a training or validation part is answered as if it were test, or a fold has no such name;
# - a genre is none of the ten, or ten numbers are no probabilities;
# - segments are answered where tracks are asked for, or the other way round.
#
# It warns where every answer equals the label. In the table that `mgc splits` writes, `genre` is the label; it gets into answers easily. No system can honestly have all of them right: two of GTZAN's files are the same and bear different labels ({doc}`02_dataset`).

# %% tags=["hide-input"]
pd.read_csv(folder / "answers.csv").iloc[1:].to_csv(folder / "short.csv", index=False)
print(mgc("score", "short.csv"))

# %% [markdown]
# ## The open table
#
# The first rows are the models of this book: tuned further, tuned, and as the report describes them. Below them stand systems of others. Each score is computed from answers when this page is built; nobody states one.

# %% tags=["remove-input"]
systems = open_table.systems(study)
table = open_table.open_table(systems)
notebook.table(
    system_tables.open_rows(table),
    "The open table: accuracy with 95 % interval, macro F1",
    notebook.file_link(table, "open-table.csv", "Save it with the ids of the records (CSV)"),
)

# %% [markdown]
# To add a system, put its answers into `book/records/systems/` as a CSV file for each protocol, add a line to `systems.csv` there, and propose the change. The line says what the system is called, which protocol is answered, where the answers are, what it learned from besides GTZAN, and whose it is. The answers are public, so that anybody can score them again, look at single tracks, or test two systems of others against each other. What a system learned elsewhere decides much, as {doc}`14_ceilings` shows, and the column says it.
#
# A score in the table is honest if its maker was: nothing was chosen on test parts, and what the system heard elsewhere is named. No command can see that.
#
# ## Another measure of the same thing
#
# `mgc reproduce FIT_ID --archive FILE` fits a published record again and says how the two compare. `mgc data pack AUDIO OUT.npz --like gtzan-archive` draws the pictures that the published networks see from audio of your own, and `mgc data verify OUT.npz` says how far they agree with the published ones ({doc}`15_data`).

# %% [markdown]
# ## Check yourself
#
# **You try many settings and report the best score on the test parts. What have you measured?**
#
# ```{dropdown} Answer
# How far the luckiest of your settings came. Some of that is skill and some is luck, and the score does not say how much. Choose on `valid`, and answer `test` once.
# ```
#
# **Why does the command refuse answers that lack a single track?**
#
# ```{dropdown} Answer
# Whoever may leave out one track may leave out the hard ones. A score for a part of the tracks cannot stand beside a score for all.
# ```
