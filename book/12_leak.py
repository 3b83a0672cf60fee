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
# # The leak slider
#
# *Level: first steps; no mathematics. Reading time: about {sub-ref}`wordcount-minutes` minutes.*
#
# ```{admonition} On this page
# :class: tip
# You see
# - how the same model's accuracy grows while more and more of the test tracks {term}`leak <data leakage>` into its training, and nothing else changes;
# - that a leak also lifts the pieces of tracks that do not leak;
# - how far this goes for a simple model and for a network.
# ```
#
# Many published accuracies on GTZAN are those of pieces: each clip is cut into ten pieces of three seconds, the pieces are shuffled, and the shuffled pieces are divided into training and test. Then the model is asked about a piece of a song of which it has heard other pieces. How much of the score is that? Choose a model, and move the slider.

# %% tags=["parameters", "remove-cell"]
data = "gtzan-archive"
records = ""
protocol = "artist_cv"
variant = "tuned"
seed = 0

# %% tags=["hide-input"]
from mgc.datasets import facts
from mgc.display import formats, leak_tables, notebook, result_tables
from mgc.display import glue as glue_module
from mgc.display.figures import comparison_plots, leak_slider
from mgc.evaluation import batch_leak, leakage
from mgc.evaluation.crossing import fault_filtered_parts
from mgc.models import TITLES
from mgc.records.study import open_study

# The fits were made for this page, on all of GTZAN, whatever the other chapters
# are about.
published = open_study("gtzan-archive", protocol="fault_filtered", variant="tuned")
leaks = leakage.leak_summary(published.store.leak, published.edition_record)
leak_slider.slider(leaks)

# %% tags=["remove-input"]
glue = glue_module.Glue(leaks.records)
for name, number in leakage.sizes(published.edition_record).items():
    glue(f"c12_{name}", formats.count(number), published.edition_record)
n_seeds = leaks.accuracies.groupby("model", sort=False)["n_seeds"].max()
glue("c12_seeds", formats.listing([f"{TITLES[model]} {n}" for model, n in n_seeds.items()]))
tested, leaked, others = leakage.usual(published.edition_record)
glue("c12_usual_tested", formats.count(tested), published.edition_record)
glue("c12_usual_leaked", formats.count(leaked), published.edition_record)
glue("c12_usual_others", formats.number(others, 1), published.edition_record)
batched = fault_filtered_parts()["part"].isin(("train", "test")).sum()  # as tools.batch_norm does
glue("c12_bn_own_tracks", formats.count(batched), glue_module.TRACKS)
pair = facts.literature()
pair = pair[pair["system"].str.startswith("U-Net")].set_index("protocol")["accuracy"] / 100
glue("c12_lit_leaky", formats.percent(pair["leaky_segments"]), glue_module.LITERATURE)
glue("c12_lit_clean", formats.percent(pair["track_disjoint_segments"]), glue_module.LITERATURE)

# %% [markdown]
# ```{admonition} To remember
# :class: important
# Divide the tracks first, by artist where you can, and cut them into pieces afterwards. A leak lifts what leaked, and it may lift the rest as well.
# ```
#
# ## What it shows

# %% tags=["remove-input"]
said = leak_tables.gain_sentences(leaks)
notebook.say(*said, leak_tables.ranking(leaks), leak_tables.doubts(leaks))

# %% tags=["remove-input"]
notebook.table(leak_tables.gain_table(leaks), "What the leak adds to the same test pieces")

# %% [markdown]
# The gain of the leaked pieces is no surprise: to name their genre it is enough to know the recording again. That the clean pieces gain as well is less obvious. None of their tracks trains. The likely reason is that tracks *like* them do: the {term}`fault-filtered split` keeps most artists on one side, and a test track that leaks takes its artist, its album and its studio across. Then a leak is not confined to what was leaked. The table of artists lets us look: on the left are clean pieces whose artist has another track that leaks, on the right those whose artist has none.

# %% tags=["remove-input"]
notebook.table(leak_tables.company_table(leaks), "Gain on clean pieces, by the company they keep")

# %% [markdown]
# Where the left column lies above the right one, the artist may have carried the leak across; the difference of the columns was not tested. Where it does not, something else did: half of the training tracks of each genre are others now, and more like the test part. With so few artists the intervals are wide.
#
# ## How it was measured
#
# Each track is cut into ten pieces of three seconds. Of a test track, every second piece is tested, the same pieces at every stop of the slider: {glue:text}`c12_test` pieces of {glue:text}`c12_test_tracks` tracks. The pieces between them are what may leak. Without a leak, the model trains on {glue:text}`c12_train` pieces: every second one of {glue:text}`c12_train_tracks` training tracks. For every test track that leaks, a training track of the same genre makes way, so that the number of pieces, of tracks and of tracks of each genre stays what it was. A larger share contains the smaller ones. Which tracks leak, and which make way, is drawn anew for each seed.

# %% tags=["remove-input"]
leak_slider.strips()

# %% [markdown]
# The validation part, {glue:text}`c12_valid` pieces of other tracks, never leaks. It decides which epoch of a network is kept.
#
# Networks train by the tuned recipes of {doc}`04_models`. Number of seeds: {glue:text}`c12_seeds`. The intervals cover the test tracks and, where there are several seeds, the seeds too, as in {doc}`05_comparison`; a gain is paired: the same pieces with and without the leak.
#
# ## The usual practice
#
# When all pieces of all tracks are shuffled and divided, {glue:text}`c12_usual_leaked` of {glue:text}`c12_usual_tested` test pieces have another piece of their track in training: that is the right end of the slider. It goes even further. There {glue:text}`c12_usual_others` of the nine other pieces of a track train on average, here five, and there the validation part leaks too. In the literature, one convolutional network scored <q class="claim">{glue:text}`c12_lit_leaky`</q> with such a leak and <q class="claim">{glue:text}`c12_lit_clean`</q> when the tracks were divided first, artists not kept apart.

# %% tags=["hide-output"]
stops = leak_tables.stop_table(leaks)
notebook.table(stops, "Every stop of the slider, with 95 % intervals")

# %% [markdown]
# ## A leak that nobody saw
#
# {term}`Batch normalisation <batch normalisation>` subtracts a mean and divides by a deviation. A network that is done with training uses those that it stored. If it uses those of the batch instead, what comes out for a track depends on the tracks beside it. Batches often follow the order of the files, and files are often sorted by genre. Then the features of a track know something of the genre of its neighbours, which is its own, in training and test alike. No track stands on two sides, and the split is in order; what leaks is the label, through the company that a track keeps.
#
# {cite:t}`choi2017` published features of all of GTZAN, made by a convolutional network, and many have used them as a baseline. The running statistics in the published file of that network are still 0 and 1, where they begin: it normalises by the batch, also when it predicts. We fed it the {glue:text}`c12_bn_tracks` recordings of the mini set in batches of several kinds, and did the same with our own CNN on the fault-filtered split. Logistic regression then names the genre, in five random folds for the first, from the training part to the test part for the second. The batches of the first hold all tracks of the mini set; those of the second hold the {glue:text}`c12_bn_own_tracks` tracks of the training and the test part, and nothing of the validation part.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Accuracy of logistic regression on features of the same network and the same tracks, by how the tracks were put into batches. Bars: 95 % intervals.", "name": "fig-batches"}, "image": {"alt": "Dot plot with a row for each way of making batches and a marker with an interval for each of two networks."}}
measured = batch_leak.load(published.store.root)
fed = batch_leak.accuracies(measured.answers)
by_choi = fed[fed["network"] == "choi2017"].set_index("kind")["accuracy"]
own = fed[fed["network"] == "cnn"].set_index(["kind", "size"])["accuracy"].map(formats.percent)
glue_module.Glue(
    f"book/records/{batch_leak.FILE}", f"book/records/{batch_leak.ANSWERS_FILE}"
).many(
    {
        "c12_bn_tracks": formats.count(fed.loc[fed["network"] == "choi2017", "n"].max()),
        "c12_bn_published": formats.percent(by_choi["published"]),
        "c12_bn_alone": formats.percent(by_choi["alone"]),
        "c12_bn_shuffled_least": formats.percent(by_choi[["shuffled"]].min()),
        "c12_bn_shuffled_most": formats.percent(by_choi[["shuffled"]].max()),
        "c12_bn_ordered_least": formats.percent(by_choi[["ordered"]].min()),
        "c12_bn_ordered_most": formats.percent(by_choi[["ordered"]].max()),
        "c12_bn_genre": formats.percent(by_choi["genre"]),
        "c12_bn_own": own["stored", 0],
        "c12_bn_own_shuffled": own["shuffled", 256],
        "c12_bn_own_ordered": own["ordered", 256],
        "c12_bn_own_small": own["ordered", 32],
    }
)
comparison_plots.accuracies(
    fed.assign(group=fed["network"].map(batch_leak.NETWORKS), model=fed["network"]),
    line=0.1,
)

# %% tags=["remove-input"]
notebook.table(result_tables.batches_table(fed), "Features of the same tracks, in other company")

# %% [markdown]
# With one track at a time, the network of Choi et al. reaches {glue:text}`c12_bn_alone` on these recordings, with shuffled batches {glue:text}`c12_bn_shuffled_least` to {glue:text}`c12_bn_shuffled_most`. In the order of the files it is {glue:text}`c12_bn_ordered_least` to {glue:text}`c12_bn_ordered_most`, and the features as published give {glue:text}`c12_bn_published`. Batches of one genre go the other way, {glue:text}`c12_bn_genre`: the mean that is subtracted is then that of the genre, and takes it away. Our own network shows both: {glue:text}`c12_bn_own` with its stored statistics, {glue:text}`c12_bn_own_shuffled` in large shuffled batches, {glue:text}`c12_bn_own_ordered` in large batches in the order of the files, which hold a few genres each, and {glue:text}`c12_bn_own_small` in small ones, which mostly hold one genre. What a batch does depends on what is in it: with the validation tracks among them, too, the batches of the second network would hold other company, and give other numbers.
#
# This is what was measured, and no more. We do not know in which batches the published features were made; their score lies above all that we made of these recordings. Features made in the order of the files come nearest, and the intervals do not decide it. Nobody need have meant it, and features made so may still serve other purposes. The recordings of the mini set share artists, so all of these figures are high, and the intervals are wide. The cure is cheap: use stored statistics, or one track at a time. And the test is cheap, too: shuffle the tracks, make the features again, and see whether the score falls.
#
# ## What this shows and what it does not
#
# The curves show what this leak is worth for these models, on pictures of low resolution. Features that hold more detail may give a recording away more easily, and a network that trains until it knows its pieces by heart gains more than one that stops early or is held back by dropout and mixup. The numbers are those of pieces of three seconds and cannot be set beside the accuracies for whole tracks in {doc}`05_comparison`. And at every stop half of each training track stays unused, to keep the exchange even.
#
# `mgc published --archive FILE` makes the fits that are missing; their records stand in `book/records/leak`.

# %% [markdown]
# ## Check yourself
#
# **Each piece of a track goes to training or to test at random. The network has never heard the test pieces. Why is its score too high?**
#
# ```{dropdown} Answer
# It has heard other pieces of the same recordings. To name the genre it is enough to recognise the recording, and that is easier than to know the genre.
# ```
#
# **A network normalises by the batch, and its features were made in the order of the files. How do you find out whether that matters?**
#
# ```{dropdown} Answer
# Shuffle the tracks, make the features again, and fit the same classifier. If the score changes, the company of a track was part of its features. One track at a time, or stored statistics, mend it.
# ```
