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
# ```{admonition} In this appendix
# :class: tip
# You learn
# - what `mgc predict` listens with, and what that network was trained on;
# - how often it is right, for each genre;
# - what its probabilities and its verdict "unsure" are worth;
# - what it says of sounds that it was not made for, and of the same music in another file format.
# ```
#
# A file with the weights of one CNN comes with the package. This page is its model card. Read it before you believe an answer.

# %% tags=["parameters", "remove-cell"]
data = "gtzan-archive"
records = ""
protocol = "fault_filtered"
variant = "tuned"
seed = 0

# %% tags=["hide-input"]
from mgc.datasets.tracks import label
from mgc.display import formats, notebook, result_tables
from mgc.display.figures import model_plots
from mgc.display.glue import CHAPTER, Glue
from mgc.evaluation import metrics, stability
from mgc.evaluation.accuracy import accuracy_summary
from mgc.evaluation.clusters import wilson
from mgc.inference import probes
from mgc.inference.classifier import SURE_FROM
from mgc.inference.make_network import shipped_record
from mgc.records.store import default_root

# The card is about one file, whatever data the other chapters were built on.
root = default_root()
record = shipped_record(root)
glue = Glue(f"book/records/networks/fits/{record.fit_id}")
rows = metrics.test_rows(record)

# %% tags=["hide-input"]
summary = accuracy_summary(record)
recall = metrics.per_genre(rows)["recall"]
glue.many(
    {
        "c10_accuracy": formats.percent(summary.accuracy, 1),
        "c10_interval": formats.interval(summary.low, summary.high, 1),
        "c10_f1": formats.number(summary.macro_f1),
        "c10_tracks": formats.count(summary.n_tracks),
        "c10_valid": formats.count((record.predictions["part"] == "valid").sum()),
        "c10_parameters": formats.count(record.parameters),
        "c10_minutes": formats.number(record.environment["duration_s"] / 60, 0),
        "c10_temperature": formats.number(record.environment["temperature"]),
        "c10_best": label(recall.idxmax()),
        "c10_best_recall": formats.percent(recall.max()),
        "c10_worst": label(recall.idxmin()),
        "c10_worst_recall": formats.percent(recall.min()),
    }
)

# %% [markdown]
# ## What it is
#
# The network is the tuned CNN of {doc}`04_models`, with {glue:text}`c10_parameters` parameters. It was fitted to the training part of the fault-filtered split of the archive ({doc}`02_dataset`) and to nothing else. The validation part, {glue:text}`c10_valid` tracks, chose the epoch and one more number, the temperature. The test part was predicted once, from the file that ships: weights are rounded to half their digits to make it small, and what is reported here includes that rounding. The fit took {glue:text}`c10_minutes` minutes of one thread, beside other work.
#
# It hears thirty seconds at a time. `mgc predict` decodes a file, takes the mean of its channels (or one of them, where they cancel), converts it to 22,050 Hz, leaves out silence and draws the picture that {doc}`02_dataset` describes. The network looks at pieces of three seconds that overlap by half. The mean of what it says is the answer for the half minute, and the mean over all half minutes is the answer for the file. Silence is what a person does not hear: a second or more below the gate of the standard for loudness (ITU-R BS.1770). Each half minute counts by the seconds that are heard in it, and one with less than three of them has no genre.
#
# ## How often it is right
#
# On {glue:text}`c10_tracks` tracks, most by artists that it never heard, it names the right genre for {glue:text}`c10_accuracy` of them (95 % interval {glue:text}`c10_interval`), with a macro F1 of {glue:text}`c10_f1`. It finds {glue:text}`c10_best` best, {glue:text}`c10_best_recall` of its tracks, and {glue:text}`c10_worst` worst, {glue:text}`c10_worst_recall`.

# %% mystnb={"image": {"alt": "Confusion matrix of the shipped network on the fault-filtered test part: rows are true genres, columns the genres it names."}}
model_plots.confusion(record)

# %%
notebook.table(result_tables.genre_table(record), "The shipped network, genre by genre")

# %% tags=["hide-input"]
top = metrics.probabilities(rows).max(axis=1)
right = metrics.correct(rows)
sure = top >= SURE_FROM
glue("c10_threshold", formats.percent(SURE_FROM), CHAPTER)
glue.many(
    {
        "c10_sure": formats.percent(sure.mean()),
        "c10_sure_right": formats.percent(right[sure].mean()),
        "c10_unsure_right": formats.percent(right[~sure].mean()),
        "c10_ece": formats.number(metrics.calibration(rows).ece),
    }
)

# %% [markdown]
# ## What a probability means
#
# A network that was trained until it is certain of its training tracks is often too certain of others; one that was trained on mixtures, like this one, may not be certain enough. Either can be mended with one number. The temperature divides the logits of the last layer, and it is chosen so that the log loss on the validation part is least {cite}`guo2017`. Here it is {glue:text}`c10_temperature`: below one, answers became more certain, above one less. On the test part the expected calibration error is {glue:text}`c10_ece`.
#
# An answer whose first genre has less than {glue:text}`c10_threshold` is called **unsure**: by its own account it is more likely wrong than right. Of the test tracks {glue:text}`c10_sure` get a sure answer. Sure answers are right in {glue:text}`c10_sure_right` of the cases, unsure ones in {glue:text}`c10_unsure_right`.

# %% mystnb={"image": {"alt": "Reliability diagram of the shipped network: share of right answers against the probability it gave them."}}
model_plots.reliability({"cnn": record})

# %% tags=["hide-input"]
answers = probes.load(root / "networks")
composed = answers[answers["kind"] == "composed"]
n_composed = len(composed)
n_right = int((composed["said"] == composed["genre"]).sum())
predicted = composed["said"].value_counts()
Glue(f"book/records/networks/{probes.FILE}").many(
    {
        "c10_composed": formats.count(n_composed),
        "c10_composed_right": formats.percent(n_right / n_composed),
        "c10_composed_interval": formats.interval(*wilson(n_right, n_composed)),
        "c10_composed_sure": formats.percent((composed["verdict"] == "sure").mean()),
        "c10_composed_most": label(predicted.idxmax()),
        "c10_composed_share": formats.percent(predicted.max() / n_composed),
    }
)

# %% [markdown]
# ## Where it fails
#
# GTZAN is a thousand clips of the 1990s and before. Whatever sounds otherwise is strange to the network, and it does not know that it is strange. We asked it about two kinds of sound that it was not made for.
#
# The {glue:text}`c10_composed` clips of the demo edition were composed by rule and rendered with one SoundFont. The network names their style for {glue:text}`c10_composed_right` of them (95 % interval {glue:text}`c10_composed_interval`; chance is a tenth). It calls {glue:text}`c10_composed_share` of them {glue:text}`c10_composed_most`, and is sure of {glue:text}`c10_composed_sure`. So calibration holds for music like that of the validation part, and for no other.
#
# Sounds that are no music get a genre too:

# %%
notebook.table(
    result_tables.sounds_table(answers[answers["kind"] == "no music"]), "Sounds that are no music"
)

# %% tags=["hide-input"]
measured = stability.load(root / "networks")
forms = stability.by_form(measured.answers)
controls = forms["form"].str.endswith(stability.CONTROL)
given, asked = forms.iloc[0], forms[1:][~controls[1:]]
worst, controlled = asked.loc[asked["kept"].idxmin()], forms[controls]
glue("c10_split", f"{stability.SPLIT_HZ / 1000:g}\u00a0kHz", CHAPTER)
uncontrolled = asked[(asked["form"] + stability.CONTROL).isin(controlled["form"])]
Glue(
    f"book/records/networks/{stability.FILE}", f"book/records/networks/{stability.ANSWERS_FILE}"
).many(
    {
        "c10_recordings": formats.count(given["n"]),
        "c10_ffmpeg": measured.facts["ffmpeg"],
        "c10_kept_most": formats.percent(asked["kept"].max()),
        "c10_kept_least": formats.percent(worst["kept"]),
        "c10_unstable": worst["form"],
        "c10_given_right": formats.percent(given["accuracy"]),
        "c10_unstable_right": formats.percent(worst["accuracy"]),
        "c10_uncontrolled": formats.listing(uncontrolled["kept"].map(formats.percent).tolist()),
        "c10_controlled": formats.listing(controlled["kept"].map(formats.percent).tolist()),
    }
)

# %% [markdown]
# ## The same music in another form
#
# How a recording is compressed and at which rate it is sampled is no music, and should not matter. It does. {glue:text}`c10_recordings` recordings of GTZAN, WAV files at 22,050 Hz like those behind the training pictures, were written in other forms ({glue:text}`c10_ffmpeg`), and the network heard them again. In the table, probability that moves is the mean total variation distance: how much of an answer went from one genre to others. Some of these recordings were in the training part, so compare the last column with itself alone.

# %%
notebook.table(
    result_tables.stability_table(forms), "The shipped network and other forms of the same music"
)

# %% [markdown]
# At best {glue:text}`c10_kept_most` of the answers stay. The worst form is "{glue:text}`c10_unstable`": {glue:text}`c10_kept_least` stay, and {glue:text}`c10_unstable_right` are right where {glue:text}`c10_given_right` were.
#
# The reason lies above {glue:text}`c10_split`, in the last tenth of the picture's rows. There a resampler's filter falls off and an encoder drops what nobody hears. The picture shows logarithms, in which next to nothing and nothing at all are far apart; so these few rows change by many decibels, and with them the mean and spread by which the whole picture is standardised. The two controls put back what the original has there, and leave the rest in its other form: then {glue:text}`c10_controlled` of the answers stay instead of {glue:text}`c10_uncontrolled`.
#
# For you this means that an answer depends on the file as well as on the music. Take the file with the highest sample rate and bit rate that you have, and compare answers only among files that were made in one way. Where two forms of a song get two answers, believe neither.

# %% [markdown]
# ## What else to know
#
# All that {doc}`02_dataset` says of GTZAN holds for its pupil. It knows ten genres and must choose among them. It learned recordings as well as music: loudness does not reach it, but the sound of old records, of a studio or of an encoder may. Do not use it to decide anything about people.
#
# ## Use it
#
# ```sh
# mgc predict song.mp3 album/                   # three genres, for each half minute and for the whole
# mgc predict album/ --csv answers.csv --plot plots
# ```
#
# ```python
# from mgc.inference.classifier import Classifier
#
# classifier = Classifier()
# classifier.predict(["song.mp3"])              # array(['rock'], ...)
# classifier.answer("song.mp3").top             # three genres with probabilities
# ```
#
# `mgc train my.keras --data PATH` makes another one from your own edition, and `--network my.keras` uses it. A network is opened only if all its layers are of a kind that computes and nothing else.
#
# The weights are under the MIT licence. `mgc/networks/README.md` says what that covers.
