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
# # The network that ships
#
# *Level: first steps; no mathematics. Reading time: about {sub-ref}`wordcount-minutes` minutes.*
#
# ```{admonition} In this appendix
# :class: tip
# You learn
# - what `mgc predict` listens with, and what it had heard before;
# - how often it is right, for each genre, and what its tags alone would say;
# - what its probabilities and its verdicts "unsure" and "none of these" are worth;
# - what it says of the same music in another file format, and what a network says that only GTZAN taught.
# ```
#
# A file of one megabyte comes with the package. This page is its model card. Read it before you believe an answer.

# %% tags=["parameters", "remove-cell"]
data = "gtzan-archive"
records = ""
protocol = "artist_cv"
variant = "tuned"
seed = 0

# %% tags=["hide-input"]
from mgc.datasets.tracks import label
from mgc.display import formats, notebook, result_tables
from mgc.display.figures import model_plots
from mgc.display.glue import CHAPTER, Glue
from mgc.evaluation import compression, metrics, stability, transfer
from mgc.evaluation.accuracy import accuracy_summary
from mgc.evaluation.clusters import artist_groups, count, interval, wilson
from mgc.features.tag_mel import RATE
from mgc.inference import probes
from mgc.inference.classifier import MUSIC_FROM, SURE_FROM
from mgc.inference.make_network import shipped_record
from mgc.models import musicnn
from mgc.records.store import default_root

# The card is about two files, whatever data the other chapters were built on.
root = default_root()
learned = transfer.load(root)
record = learned.record
rows = metrics.test_rows(record)
store = "book/records/transfer"
glue = Glue(f"{store}/fits/{record.fit_id}")

# %% tags=["remove-input"]
summary = accuracy_summary(record)
recall = metrics.per_genre(rows)["recall"]
glue.many(
    {
        "c10_accuracy": formats.percent(summary.accuracy, 1),
        "c10_interval": formats.interval(summary.low, summary.high, 1),
        "c10_f1": formats.number(summary.macro_f1),
        "c10_tracks": formats.count(summary.n_tracks),
        "c10_values": formats.count(record.parameters),
        "c10_temperature": formats.number(record.environment["temperature"]),
        "c10_best": label(recall.idxmax()),
        "c10_best_recall": formats.percent(recall.max()),
        "c10_worst": label(recall.idxmin()),
        "c10_worst_recall": formats.percent(recall.min()),
    }
)
glue("c10_songs", formats.count(musicnn.N_SONGS), CHAPTER)
glue("c10_tags", formats.count(len(musicnn.TAGS)), CHAPTER)
glue("c10_published", formats.count(musicnn.N_VALUES), CHAPTER)
glue("c10_rate", f"{formats.count(RATE)}\u00a0Hz", CHAPTER)
plainly = learned.read_out.assign(right=learned.read_out["said"] == learned.read_out["genre"])
tagged = sorted(plainly["said"].unique())
named = plainly[plainly["genre"].isin(tagged)]
glue("c10_genre_tags", formats.listing([label(genre) for genre in tagged]), CHAPTER)
Glue(f"book/records/{transfer.READ_OUT_FILE}").many(
    {
        "c10_read_out": formats.percent(plainly["right"].mean(), 1),
        "c10_read_out_interval": formats.interval(
            *interval(count([plainly], artist_groups("gtzan"))), 1
        ),
        "c10_read_out_named": formats.percent(named["right"].mean(), 1),
    }
)
alike = learned.agreement["correlation"]
Glue(f"book/records/{transfer.AGREEMENT_FILE}").many(
    {
        "c10_alike_n": formats.count(len(alike)),
        "c10_alike_least": formats.number(alike.min(), 3),
        "c10_alike_median": formats.number(alike.median(), 4),
    }
)
reads, fitted_on, penalty = learned.facts["form"]
Glue(f"book/records/{transfer.FACTS_FILE}").many(
    {
        "c10_train": formats.count(learned.facts["n_train"]),
        "c10_groups": formats.count(learned.facts["n_groups"]),
        "c10_megabytes": formats.number(learned.facts["bytes"] / 1e6, 1),
        "c10_crops": formats.count(learned.facts["n_windows"]),
        "c10_reads": result_tables.HEAD_READS[reads],
        "c10_fitted_on": result_tables.HEAD_FITTED_ON[fitted_on],
        "c10_penalty": f"{penalty:g}",
    }
)

# %% [markdown]
# ```{admonition} To remember
# :class: important
# This network knew much music before it met GTZAN. So it is right more often than any network of this book that learned from GTZAN alone, and it answers another question. When it says that it is unsure, believe it.
# ```
#
# ## What it is
#
# MusiCNN {cite}`pons2019` was trained on {glue:text}`c10_songs` songs of the Million Song Dataset to say which of {glue:text}`c10_tags` tags listeners gave them: rock, female vocalists, folk, Mellow. Its weights are published under the ISC licence; `mgc.models.musicnn` is that network in Keras's layers. On the {glue:text}`c10_alike_n` recordings that are at hand here its tags correlate with the published ones by {glue:text}`c10_alike_least` or more (median {glue:text}`c10_alike_median`); what differs is the converter of the sample rate. Most of its first filters never fire, since weight decay has taken all their weights to zero. They are left out, which changes no answer: of {glue:text}`c10_published` values {glue:text}`c10_values` are left, with the heads, and the file has {glue:text}`c10_megabytes` MB.
#
# On top sits logistic regression, from tags to ten genres. It was fitted on the published tags of the {glue:text}`c10_train` tracks of the fault-filtered training part. Folds over the {glue:text}`c10_groups` artist groups in it chose the form, and nothing else did: no validation part is published, and the test part was answered once, by the head in the file.
#
# It hears thirty seconds at a time, in {glue:text}`c10_crops` crops of three seconds. `mgc predict` decodes a file, takes the mean of its channels (or one of them, where they cancel), converts it to {glue:text}`c10_rate`, and leaves out silence: a second or more below the gate of the standard for loudness (ITU-R BS.1770). The mean over the crops is the answer for the half minute, and the mean over all half minutes, each by the seconds heard in it, is the answer for the file.

# %% tags=["remove-input"]
notebook.table(
    result_tables.head_table(learned.folds),
    "Forms of the head, by folds over artists in the training part",
    notebook.file_link(learned.folds, "head.csv", "CSV"),
)

# %% [markdown]
# Each line is the mean over three draws of the folds, and their standard deviation. Many forms lie so close that other draws might order them otherwise. One crop is too few; beyond {glue:text}`c10_crops`, which the file takes, more of them cost time and are not right more often here. The file holds the form that reads {glue:text}`c10_reads`, fitted on {glue:text}`c10_fitted_on`, with a C of {glue:text}`c10_penalty`.
#
# ## How often it is right
#
# On {glue:text}`c10_tracks` test tracks it names the right genre for {glue:text}`c10_accuracy` (95 % interval over artists {glue:text}`c10_interval`), with a macro F1 of {glue:text}`c10_f1`. It finds {glue:text}`c10_best` best, {glue:text}`c10_best_recall` of its tracks, and {glue:text}`c10_worst` worst, {glue:text}`c10_worst_recall`.
#
# These are not "artists it has never heard". Some of them, some of these very recordings perhaps, are among its songs, and {glue:text}`c10_genre_tags` are among its tags. The split keeps most artists of the *head* apart, and nobody can say it of the network. So this accuracy stands beside those of {doc}`05_comparison` and is no answer to the same question. For the same reason it has no line under `artist_cv`, whose point is that nobody heard the artists before.
#
# What the tags know without any of GTZAN's tracks is simple to ask: take the genre whose tag is most probable. That is right for {glue:text}`c10_read_out` of the test tracks ({glue:text}`c10_read_out_interval`), though it can never say classical, disco or reggae; of the genres that have a tag it finds {glue:text}`c10_read_out_named`.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "What the shipped network calls the test tracks: rows are true genres, columns the genres it names.", "name": "fig-shipped-confusion"}, "image": {"alt": "Confusion matrix of the shipped network on the fault-filtered test part: rows are true genres, columns the genres it names."}}
model_plots.confusion(record)

# %% tags=["remove-input"]
notebook.table(result_tables.genre_table(record), "The shipped network, genre by genre")

# %% tags=["remove-input"]
top = metrics.probabilities(rows).max(axis=1)
right = metrics.correct(rows)
sure = top >= SURE_FROM
glue("c10_threshold", formats.percent(SURE_FROM), CHAPTER)
glue("c10_music", formats.percent(MUSIC_FROM), CHAPTER)
glue.many(
    {
        "c10_sure": formats.percent(sure.mean()),
        "c10_sure_right": formats.percent(right[sure].mean()),
        "c10_unsure_right": formats.percent(right[~sure].mean()),
        "c10_ece": formats.number(metrics.calibration(rows).ece),
    }
)
refused = learned.none.set_index("kind")
Glue(f"book/records/{transfer.NONE_FILE}").many(
    {
        "c10_refused": formats.percent(refused.loc["GTZAN, test part", "none"], 1),
        "c10_taught": formats.count(refused.loc["speech", "n"]),
    }
)

# %% [markdown]
# ## What a probability means
#
# A temperature divides the logits of the head; it is the one with the least log loss on training tracks while heads of the same form learned from other artists {cite}`guo2017`: {glue:text}`c10_temperature`. On the test part the expected calibration error is {glue:text}`c10_ece`.
#
# An answer whose first genre has less than {glue:text}`c10_threshold` is called **unsure**: by its own account it is more likely wrong than right. Of the test tracks {glue:text}`c10_sure` get a sure answer. Sure answers are right in {glue:text}`c10_sure_right` of the cases, unsure ones in {glue:text}`c10_unsure_right`.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Share of test tracks that the shipped network names rightly, against the probability it gave. Larger dots hold more tracks.", "name": "fig-shipped-reliability"}, "image": {"alt": "Reliability diagram of the shipped network: share of right answers against the probability it gave them."}}
model_plots.reliability({"The shipped network": record})

# %% [markdown]
# ## None of these
#
# A second head tells music from what is none. It learned from the tags of the training tracks and of sounds drawn by rule, and of speech by one synthesiser in five languages; it is set by folds over artists so that few training tracks fall below {glue:text}`c10_music`. Then the verdict is **none**: none of the ten genres. The table says how often, for sounds of the same kinds that it did not learn from, and, in the last column, for each kind while it knew no sound of that kind. Of the test tracks {glue:text}`c10_refused` are refused.

# %% tags=["remove-input"]
notebook.table(
    result_tables.none_table(learned.none), "How often sounds are called none of the genres"
)

# %% tags=["remove-input"]
answers = probes.load(root / "transfer")
composed = answers[answers["kind"] == "composed"]
n_composed = len(composed)
n_right = int((composed["said"] == composed["genre"]).sum())
spoken = answers[answers["kind"] == "speech"]
by_voice = (spoken["verdict"] == "none").groupby(spoken["name"].str.rsplit("_", n=1).str[0]).mean()
Glue(f"{store}/{probes.FILE}").many(
    {
        "c10_composed": formats.count(n_composed),
        "c10_composed_right": formats.percent(n_right / n_composed),
        "c10_composed_interval": formats.interval(*wilson(n_right, n_composed)),
        "c10_composed_sure": formats.percent((composed["verdict"] == "sure").mean()),
        "c10_composed_none": formats.percent((composed["verdict"] == "none").mean()),
        "c10_spoken": formats.count(len(spoken)),
        "c10_voices": formats.count(len(by_voice)),
        "c10_spoken_none": formats.percent((spoken["verdict"] == "none").mean()),
        "c10_spoken_sure": formats.percent((spoken["verdict"] == "sure").mean()),
        "c10_voices_never": formats.count((by_voice == 0).sum()),
    }
)

# %% [markdown]
# For speech the table is too hopeful. The head had heard {glue:text}`c10_taught` recordings of one synthesiser. Afterwards it was asked about {glue:text}`c10_spoken` recordings of {glue:text}`c10_voices` voices of two others, Flite and Festival, which read our glossary. It calls {glue:text}`c10_spoken_none` of them none, and {glue:text}`c10_voices_never` of the voices it never refuses. It is sure of only {glue:text}`c10_spoken_sure`, so that its doubt shows; but do not rely on **none** to find speech.
#
# Not measured: human speech, recorded rain, animals and machines, and music of other genres, for which there are no recordings here. Expect a folk song or a raga to get one of the ten names.
#
# The {glue:text}`c10_composed` clips of the demo edition were composed by rule and rendered with one SoundFont. It names their style for {glue:text}`c10_composed_right` of them (95 % interval {glue:text}`c10_composed_interval`; chance is a tenth), is sure of {glue:text}`c10_composed_sure`, and calls {glue:text}`c10_composed_none` none of the genres. So its sure answers cannot be trusted for these clips. What its probabilities are worth was measured for recordings like GTZAN's alone.

# %% tags=["remove-input"]
measured = stability.load(root / "transfer")
forms = stability.by_form(measured.answers)
asked = forms[1:][~forms["form"][1:].str.endswith(stability.CONTROL)]
worst = asked.loc[asked["kept"].idxmin()]
small = stability.by_form(stability.load(root / "networks").answers).set_index("form")["kept"]
Glue(f"{store}/{stability.FILE}", f"{store}/{stability.ANSWERS_FILE}").many(
    {
        "c10_recordings": formats.count(forms.loc[0, "n"]),
        "c10_ffmpeg": measured.facts["ffmpeg"],
        "c10_kept_most": formats.percent(asked["kept"].max()),
        "c10_kept_least": formats.percent(worst["kept"]),
        "c10_unstable": worst["form"],
    }
)
Glue(f"book/records/networks/{stability.FILE}").many(
    {"c10_cnn_unstable": formats.percent(small[worst["form"]])}
)

# %% [markdown]
# ## The same music in another form
#
# How a recording is compressed and at which rate it is sampled is no music, and should not matter. {glue:text}`c10_recordings` recordings of GTZAN were written in other forms ({glue:text}`c10_ffmpeg`), and the network heard them again. In the table, probability that moves is the mean total variation distance: how much of an answer went from one genre to others. Some of these recordings were in the training part, so compare the last column with itself alone.

# %% tags=["remove-input"]
notebook.table(
    result_tables.stability_table(forms), "The shipped network and other forms of the same music"
)

# %% [markdown]
# Between {glue:text}`c10_kept_least` ("{glue:text}`c10_unstable`", of which the small network below keeps {glue:text}`c10_cnn_unstable`) and {glue:text}`c10_kept_most` of the answers stay. Its spectrogram ends at 8 kHz and counts what is loud, so that it does not hear what encoders drop.

# %% tags=["remove-input"]
cnn = shipped_record(root)
cnn_rows = metrics.test_rows(cnn)
cnn_summary = accuracy_summary(cnn)
cnn_sure = metrics.probabilities(cnn_rows).max(axis=1) >= SURE_FROM
cnn_right = metrics.correct(cnn_rows)
Glue(f"book/records/networks/fits/{cnn.fit_id}").many(
    {
        "c10_cnn_accuracy": formats.percent(cnn_summary.accuracy, 1),
        "c10_cnn_interval": formats.interval(cnn_summary.low, cnn_summary.high, 1),
        "c10_cnn_valid": formats.count((cnn.predictions["part"] == "valid").sum()),
        "c10_cnn_parameters": formats.count(cnn.parameters),
        "c10_cnn_temperature": formats.number(cnn.environment["temperature"]),
        "c10_cnn_sure": formats.percent(cnn_sure.mean()),
        "c10_cnn_sure_right": formats.percent(cnn_right[cnn_sure].mean()),
        "c10_cnn_unsure_right": formats.percent(cnn_right[~cnn_sure].mean()),
    }
)

# %% [markdown]
# ## What GTZAN alone teaches
#
# The tuned CNN of {doc}`04_models`, with {glue:text}`c10_cnn_parameters` parameters, ships beside it; `--network cnn` asks it. GTZAN's training part is all it ever heard. The validation part, {glue:text}`c10_cnn_valid` tracks, chose the epoch and the temperature, {glue:text}`c10_cnn_temperature`. It is right about {glue:text}`c10_cnn_accuracy` of the same test tracks ({glue:text}`c10_cnn_interval`): sure of {glue:text}`c10_cnn_sure`, right in {glue:text}`c10_cnn_sure_right` of these and in {glue:text}`c10_cnn_unsure_right` of the others. That is what this network learns from so little. Part of the difference may be what other people's songs are worth; the two differ in what they read and in how they are built, too. It must choose among ten genres, whatever it hears:

# %% tags=["remove-input"]
small_answers = probes.load(root / "networks")
notebook.table(
    result_tables.sounds_table(small_answers[small_answers["kind"] == "no music"]),
    "Sounds that are no music, and the small network",
)

# %% tags=["remove-input"]
notebook.table(result_tables.genre_table(cnn), "The small network, genre by genre")

# %% [markdown]
# ## Smaller still
#
# Files can be made smaller than they ship: with half the digits, with integers of one byte in the place of weights (dynamic) and of what flows between layers, too (static, by training tracks), or without the smallest weights of each layer. The table shows what that costs: for the first network on recordings of GTZAN, training tracks among them, for the small one on the test part. Time is that of the network alone on one thread, as a multiple of the form that ships.

# %% tags=["remove-input"]
compressed = compression.load(root)
notebook.table(
    result_tables.compression_table(compressed),
    "Size, time and answers",
    notebook.file_link(compressed, "compression.csv", "CSV"),
)

# %% [markdown]
# Half the digits lose nothing that can be shown. One-byte weights cost the first network some answers and no form is much faster; static integers and pruning without training anew ruin both.

# %% [markdown]
# ## What else to know
#
# All that {doc}`02_dataset` says of GTZAN holds for its pupils: old clips, ten names. The tags carry the taste of those who gave them. Do not use either to decide anything about people.
#
# ## Use it
#
# ```sh
# mgc predict song.mp3 album/                   # three genres and five tags, for each half minute and for the whole
# mgc predict album/ --csv answers.csv --plot plots
# mgc predict song.mp3 --network cnn            # what GTZAN alone teaches
# ```
#
# ```python
# from mgc.inference.classifier import Classifier
#
# classifier = Classifier()
# classifier.predict(["song.mp3"])              # array(['rock'], ...)
# classifier.answer("song.mp3").top_tags        # five tags with probabilities
# ```
#
# Both run in ONNX Runtime, in Python as on the page {doc}`try`, without TensorFlow. `mgc train my.keras --data PATH` makes another small one from your own edition, which takes `pip install "mgc[fit]"`, and `--network my.keras` uses it. A network is opened only if all its layers are of a kind that computes and nothing else.
#
# `mgc/networks/README.md` says under which licences the weights come.

# %% [markdown]
# ## Check yourself
#
# **Why has this network no line under the artist folds?**
#
# ```{dropdown} Answer
# The folds promise that no artist of the test was heard before. Nobody can promise that of a network that learned from hundreds of thousands of songs elsewhere.
# ```
#
# **It calls a recording of speech hip-hop, and says that it is unsure. Is it broken?**
#
# ```{dropdown} Answer
# No. It has ten names for music, and a rule for what is none that some voices pass. Its doubt is the honest part of the answer.
# ```
