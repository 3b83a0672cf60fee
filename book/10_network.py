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
# - what it says of sounds that it was not made for.
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

from mgc.datasets import tracks
from mgc.display import formats, notebook
from mgc.display import glue as glue_module
from mgc.display.figures import model_plots
from mgc.evaluation import metrics, significance
from mgc.inference import probes
from mgc.inference.classifier import SURE_FROM
from mgc.inference.make_network import shipped_record
from mgc.records.store import default_root

# The card is about one file, whatever data the other chapters were built on.
root = default_root()
record = shipped_record(root)
source = f"book/records/networks/fits/{record.fit_id}"
glue = glue_module.Glue(source)
rows = metrics.test_rows(record)

# %% tags=["hide-input"]
low, high = significance.accuracy_interval(rows)
glue("c10_accuracy", formats.percent(metrics.accuracy(rows), 1))
glue("c10_interval", formats.interval(low, high, 1))
glue("c10_f1", formats.number(metrics.macro_f1(rows)))
glue("c10_tracks", formats.count(len(rows)))
glue("c10_valid", formats.count((record.predictions["part"] == "valid").sum()))
glue("c10_parameters", formats.count(record.parameters))
glue("c10_minutes", formats.number(record.environment["duration_s"] / 60, 0))
glue("c10_temperature", formats.number(record.environment["temperature"]))
glue("c10_recipe", record.fit_id)
genres = metrics.per_genre(rows)
best, worst = genres["recall"].idxmax(), genres["recall"].idxmin()
glue("c10_best", tracks.label(best))
glue("c10_best_recall", formats.percent(genres.loc[best, "recall"]))
glue("c10_worst", tracks.label(worst))
glue("c10_worst_recall", formats.percent(genres.loc[worst, "recall"]))

# %% [markdown]
# ## What it is
#
# The network is the tuned CNN of {doc}`04_models`, with {glue:text}`c10_parameters` parameters. It was fitted to the training part of the fault-filtered split of the archive ({doc}`02_dataset`) and to nothing else. The validation part, {glue:text}`c10_valid` tracks, chose the epoch and one more number, the temperature. The test part was predicted once, from the file that ships: weights are rounded to half their digits to make it small, and what is reported here includes that rounding. The fit took {glue:text}`c10_minutes` minutes of one thread, beside other work.
#
# It hears thirty seconds at a time. `mgc predict` decodes a file, takes the mean of its channels, converts it to 22,050 Hz and draws the picture that {doc}`02_dataset` describes. The network looks at pieces of three seconds that overlap by half. The mean of what it says is the answer for the half minute, and the mean over all half minutes is the answer for the file.
#
# ## How often it is right
#
# On {glue:text}`c10_tracks` tracks by artists that it never heard it names the right genre for {glue:text}`c10_accuracy` of them (95 % interval {glue:text}`c10_interval`), with a macro F1 of {glue:text}`c10_f1`. It finds {glue:text}`c10_best` best, {glue:text}`c10_best_recall` of its tracks, and {glue:text}`c10_worst` worst, {glue:text}`c10_worst_recall`.

# %% mystnb={"image": {"alt": "Confusion matrix of the shipped network on the fault-filtered test part: rows are true genres, columns the genres it names."}}
model_plots.confusion(record)

# %%
shown = genres.assign(genre=[tracks.label(g) for g in genres.index])
for column in ("precision", "recall", "f1"):
    shown[column] = shown[column].map(lambda v: formats.number(v, 2))
names = {
    "genre": "Genre",
    "precision": "Precision",
    "recall": "Recall",
    "f1": "F1",
    "support": "Tracks",
}
notebook.table(shown[list(names)].rename(columns=names), "The shipped network, genre by genre")

# %% tags=["hide-input"]
top = metrics.probabilities(rows).max(axis=1)
right = metrics.correct(rows)
sure = top >= SURE_FROM
calibration = metrics.calibration(rows)
glue("c10_threshold", formats.percent(SURE_FROM), glue_module.CHAPTER)
glue("c10_sure", formats.percent(sure.mean()))
glue("c10_sure_right", formats.percent(right[sure].mean()))
glue("c10_unsure_right", formats.percent(right[~sure].mean()))
glue("c10_ece", formats.number(calibration.ece))

# %% [markdown]
# ## What a probability means
#
# A network that was trained until it is certain of its training tracks is often too certain of others; one that was trained on mixtures, like this one, may not be certain enough. Either can be mended with one number. The temperature divides the logits of the last layer, and it is chosen so that the log loss on the validation part is least {cite}`guo2017`. Here it is {glue:text}`c10_temperature`: below one, answers became more certain, above one less. On the test part the expected calibration error is {glue:text}`c10_ece`.
#
# An answer whose first genre has less than {glue:text}`c10_threshold` is called **unsure**: by its own account it is more likely wrong than right. Of the test tracks {glue:text}`c10_sure` get a sure answer. Sure answers are right in {glue:text}`c10_sure_right` of the cases, unsure ones in {glue:text}`c10_unsure_right`.

# %% mystnb={"image": {"alt": "Reliability diagram of the shipped network: share of right answers against the probability it gave them."}}
model_plots.reliability({"cnn": record})

# %% tags=["hide-input"]
asked = probes.load(root)
ask = glue_module.Glue(f"book/records/{probes.FILE}")
composed = asked[asked["kind"] == "composed"]
hits = int((composed["said"] == composed["genre"]).sum())
low, high = significance.wilson(hits, len(composed))
ask("c10_composed", formats.count(len(composed)))
ask("c10_composed_right", formats.percent(hits / len(composed)))
ask("c10_composed_interval", formats.interval(low, high))
ask("c10_composed_sure", formats.percent((composed["verdict"] == "sure").mean()))
most = composed["said"].value_counts()
ask("c10_composed_most", tracks.label(str(most.index[0])))
ask("c10_composed_share", formats.percent(most.iloc[0] / len(composed)))

# %% [markdown]
# ## Where it fails
#
# GTZAN is a thousand clips of the 1990s and before. Whatever sounds otherwise is strange to the network, and it does not know that it is strange. We asked it about two kinds of sound that it was not made for.
#
# The {glue:text}`c10_composed` clips of the demo edition were composed by rule and rendered with one SoundFont. The network names their style for {glue:text}`c10_composed_right` of them (95 % interval {glue:text}`c10_composed_interval`; chance is a tenth). It calls {glue:text}`c10_composed_share` of them {glue:text}`c10_composed_most`, and is sure of {glue:text}`c10_composed_sure`. So calibration holds for music like that of the validation part, and for no other.
#
# Sounds that are no music get a genre too:

# %%
sounds = asked[asked["kind"] == "no music"]
columns = {"name": "Sound", "said": "Said to be", "p": "Probability", "verdict": "Verdict"}
strongest = sounds.filter(like="p_").max(axis=1).map(formats.percent)
sounds = sounds.assign(said=sounds["said"].map(tracks.label), p=strongest)
notebook.table(sounds[list(columns)].rename(columns=columns), "Sounds that are no music")

# %% [markdown]
# Besides, all that {doc}`02_dataset` says of GTZAN holds for its pupil. It knows ten genres and must choose among them. It learned recordings as well as music: loudness does not reach it, but the sound of old records, of a studio or of an encoder may. Do not use it to decide anything about people.
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
