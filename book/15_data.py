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
# # Facts and data to cite
#
# *Level: first steps; no mathematics. Reading time: about {sub-ref}`wordcount-minutes` minutes.*
#
# ```{admonition} On this page
# :class: tip
# You learn
# - which facts about GTZAN this book rests on, whose they are, and on what terms you may use them;
# - how to make the published pictures from audio of your own, and how far they agree;
# - how to cite all of it.
# ```

# %% tags=["parameters", "remove-cell"]
data = "gtzan-archive"
records = ""
protocol = "fault_filtered"
variant = "tuned"
seed = 0

# %% tags=["hide-input"]
from mgc.datasets import facts
from mgc.datasets.fingerprint import N_CELLS
from mgc.display import data_tables, formats, notebook
from mgc.display.glue import CHAPTER, TEMPO, Glue
from mgc.evaluation import packing
from mgc.evaluation.clusters import artist_groups
from mgc.evaluation.tempo import TOLERANCE, tempo_agreement
from mgc.records.store import Store, default_root

root = default_root()

# %% [markdown]
# ```{admonition} To remember
# :class: important
# What is known about GTZAN was found by many people, one fact at a time. Cite who found it, and say which table, of which date, you used.
# ```
#
# ## One table each
#
# Most of what is known about GTZAN was found by others, one fault and one name at a time. The book keeps each kind of fact as one CSV table in `mgc/tables`. A [Frictionless Data Package](https://specs.frictionlessdata.io/data-package/), `datapackage.json` beside them, says of each column what it holds, and of each table where it is from and on what terms.

# %% tags=["remove-input"]
notebook.table(data_tables.sources_table(facts.described_tables()), "Tables of facts")

# %% [markdown]
# The terms of *facts* are these: their collectors state no licence, or one for their files. We pass on the facts, not the files, and so may you. Cite who collected them: the column names them, and the {doc}`bibliography` has the papers. Who plays is in {cite:t}`sturm2012` and {cite:t}`doh2023`, tempo, metre and swing in {cite:t}`marchand2015`, key in {cite:t}`kraft2013`, the fault-filtered split in {cite:t}`kereliuk2015`.

# %% tags=["remove-input"]
tapped = facts.tempo_and_key().set_index("track_id")["tempo_bpm"]
mini = Store(root).edition("gtzan-mini")
tempo = tempo_agreement(mini.tabular.set_index("track_id")["tempo_mean"], tapped)
glue = Glue(TEMPO, mini)
glue.many(
    {
        "c15_tempo_n": formats.count(tempo.n),
        "c15_tempo_exact": formats.percent(tempo.exact),
        "c15_tempo_level": formats.percent(tempo.at_some_level),
    }
)
glue("c15_tolerance", formats.percent(TOLERANCE), CHAPTER)

# %% [markdown]
# ### What such a table is good for
#
# The feature that {doc}`03_features` calls tempo is a guess of a program. Now it can be checked against people's taps. On {glue:text}`c15_tempo_n` recordings its mean over the track is within {glue:text}`c15_tolerance` of the tapped tempo for {glue:text}`c15_tempo_exact`, and for {glue:text}`c15_tempo_level` if half, double, a third and three times the tempo count as well. Models that read this feature read a rough one.
#
# ## From audio to the published pictures
#
# The networks of this book saw pictures of {doc}`02_dataset`'s archive, which others made. Who has GTZAN's audio can draw them again by the same rule, and see how far they agree:
#
# ```sh
# mgc data pack path/to/gtzan mine.npz --like gtzan-archive
# mgc data verify mine.npz
# mgc published --archive mine.npz --records my-records
# ```

# %% tags=["remove-input"]
packed = packing.load(root)
cells = packing.by_genre(packed.tracks).set_index("genre")
models = packing.by_model(packed.tracks).set_index("model")
jazz, others = cells.loc["jazz"], packed.tracks[packed.tracks["genre"] != "jazz"]
asked = packed.tracks[packed.tracks["logistic_audio"] != ""]
moved = asked[asked["logistic_archive"] != asked["logistic_audio"]]
jazz_asked = asked[asked["genre"] == "jazz"]
jazz_groups = jazz_asked["track_id"].map(artist_groups("gtzan-archive")).nunique()
glue = Glue(f"book/records/{packing.FILE}", f"book/records/{packing.TRACKS_FILE}")
glue.many(
    {
        "c15_n": formats.count(len(packed.tracks)),
        "c15_equal": formats.percent(others["equal"].mean(), 1),
        "c15_near": formats.percent(others["near"].mean(), 1),
        "c15_near_least": formats.percent(others["near"].min(), 1),
        "c15_jazz_n": formats.count(jazz["n"]),
        "c15_jazz_near": formats.percent(jazz["near"]),
        "c15_jazz_apart": formats.number(jazz["apart"], 0),
        "c15_cnn_same": formats.count(models.loc["cnn", "same"] * models.loc["cnn", "n"]),
        "c15_cnn_n": formats.count(models.loc["cnn", "n"]),
        "c15_logistic_moved": formats.count(len(moved)),
        "c15_logistic_n": formats.count(len(asked)),
        "c15_logistic_jazz": formats.count((moved["genre"] == "jazz").sum()),
        "c15_jazz_groups": formats.count(jazz_groups),
        "c15_jazz_archive": formats.count((jazz_asked["logistic_archive"] == "jazz").sum()),
        "c15_jazz_audio": formats.count((jazz_asked["logistic_audio"] == "jazz").sum()),
    }
)
glue("c15_cells", formats.count(N_CELLS), CHAPTER)

# %% [markdown]
# `mgc data verify` needs no copy of the archive. A table in the package keeps a checksum of each published picture and {glue:text}`c15_cells` of its cells: enough to say which pictures are the same and how far others agree, and too little to draw anything. It names the tracks that do not agree, and those that are missing.
#
# We did it for the {glue:text}`c15_n` recordings of the mini set, and compared every cell. In all genres except jazz, {glue:text}`c15_equal` of the cells are equal and {glue:text}`c15_near` within one grey level; in the track that agrees least it is {glue:text}`c15_near_least`. The {glue:text}`c15_jazz_n` jazz tracks are another matter: {glue:text}`c15_jazz_near` of the cells are within one level, and the mean difference is {glue:text}`c15_jazz_apart` levels. Their published pictures were drawn by another version of the plotting program ({doc}`02_dataset`). No rule of ours makes these from audio.

# %% tags=["remove-input"]
notebook.table(
    data_tables.cells_table(cells.reset_index()), "Pictures from audio beside the published ones"
)

# %% [markdown]
# Does it matter? Two models were asked about both pictures of each track: the CNN that ships, and logistic regression, which is quickly fitted again. The other networks were not: a record holds the answers of a network and not its weights, so each would have to be trained anew.

# %% tags=["remove-input"]
notebook.table(
    data_tables.answers_table(models.reset_index()), "Answers to both pictures of a track"
)

# %% [markdown]
# The small CNN that ships ({doc}`10_network`) gives the same answer to both pictures of {glue:text}`c15_cnn_same` of {glue:text}`c15_cnn_n` tracks, jazz included. Some of them trained it, so its accuracy here says nothing. Logistic regression, fitted to published pictures under the artist folds and asked about tracks that it was not fitted to, changes its answer for {glue:text}`c15_logistic_moved` of {glue:text}`c15_logistic_n` tracks, and {glue:text}`c15_logistic_jazz` of these are jazz. Of the {glue:text}`c15_jazz_n` jazz tracks it calls {glue:text}`c15_jazz_archive` jazz by their published picture, and {glue:text}`c15_jazz_audio` by the one from audio. These are tracks of {glue:text}`c15_jazz_groups` artist groups, too few to say how much; but they point one way: a part of what this model takes for jazz is how jazz was plotted.
#
# ## The release
#
# ```sh
# nox -s release_data -- --date 2026-11-26
# ```
#
# makes one small dated file, `gtzan-facts-DATE.zip`. It holds the tables of facts, the artist folds and the fault-filtered split with the artists of each track, the predictions of the published networks under both, the open table ({doc}`13_your_system`) with the answers behind it, a data package that describes every column, and how to cite it. The file depends on its date and on nothing else: whoever makes it again from the same checkout gets the same bytes. So a copy that was deposited, and has a DOI, can be checked.
#
# Whoever has the release needs neither this book nor its package: a script of ten lines can count how often a published network is right, or whether another one is right on the same artists.
#
# ## How to cite
#
# - **The book, its records or its package:** *Cite this* below the title of each page gives BibTeX; `CITATION.cff` in the repository holds the same.
# - **A release of the data:** the `CITATION.cff` inside of it, with its date as the version, and the DOI of the deposit where there is one.
# - **A fact:** who found it, as the table above says, whether you take it from here or from them.
# - **A single result:** the id of its record, which every number of this book leads to ({doc}`numbers`). The id is a hash of the configuration, and does not change.

# %% [markdown]
# ## Check yourself
#
# **You draw the pictures anew from audio of your own. At which genre should you look twice?**
#
# ```{dropdown} Answer
# At jazz. Some of its published pictures were drawn by another version of the plotting program, and no rule makes those from audio.
# ```
#
# **How can a table tell whether your pictures are the published ones, without holding them?**
#
# ```{dropdown} Answer
# It keeps a checksum of each and a few of its cells. An equal checksum means an equal picture, and the cells say how far others agree. From so few cells nobody can draw anything.
# ```
