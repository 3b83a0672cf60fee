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
# # What the original report got right and wrong
#
# *Level: some programming; each mistake is explained. Reading time: about {sub-ref}`wordcount-minutes` minutes.*
#
# ```{admonition} In this appendix
# :class: tip
# You learn
# - which mistakes stand in the report's code, and what each does to a result;
# - which line of ours mends it;
# - what looks like a mistake and is none;
# - what the report got right.
# ```
#
# Most of these mistakes are common. They survive because nothing fails: the code runs, and a number comes out.

# %% tags=["parameters", "remove-cell"]
data = "gtzan-archive"
records = ""
protocol = "artist_cv"
variant = "tuned"
seed = 0

# %% tags=["hide-input"]
import numpy as np
from scipy.stats import norm
from sklearn.model_selection import train_test_split

from mgc.datasets import facts
from mgc.display import formats
from mgc.display import glue as glue_module
from mgc.features.extract import N_FRAMES, N_MELS
from mgc.report import synthetic
from mgc.report.own_figures import parameters_of

stated = facts.report_claims().set_index("model")
glue = glue_module.Glue(glue_module.CHAPTER, glue_module.CLAIMS)

# %% tags=["hide-input"]
# The report's two splits of a thousand tracks, ten genres of a hundred, with its
# arguments.
n_tracks, n_genres, held_out, state = 1000, 10, 0.3, 42
label = np.repeat(np.arange(n_genres), n_tracks // n_genres)
track = np.arange(n_tracks)
stratified, _ = train_test_split(
    track,
    test_size=held_out,
    random_state=state,
    stratify=label,
)
plain, plain_test = train_test_split(track, test_size=held_out, random_state=state)
own = float((stratified == plain).mean())
right = float((label[stratified] == label[plain]).mean())
tail = stratified[-round(0.2 * len(stratified)) :]
in_tail = np.bincount(label[tail], minlength=n_genres)
in_test = np.bincount(label[plain_test], minlength=n_genres)
glue("c9_own", formats.percent(own, 1))
glue("c9_right", formats.percent(right))
glue("c9_tail_low", formats.count(in_tail.min()))
glue("c9_tail_high", formats.count(in_tail.max()))
glue("c9_test_low", formats.count(in_test.min()))
glue("c9_test_high", formats.count(in_test.max()))
trained = len(stratified) - len(tail)
glue("c9_train", formats.percent(trained / n_tracks))
glue("c9_valid", formats.percent(len(tail) / n_tracks))
glue("c9_test", formats.percent(held_out))

# %% tags=["hide-input"]
# Half of all normal numbers are negative, fewer where a constant was added.
cells = N_MELS * N_FRAMES
raised = [
    s.cells / cells * (norm.cdf(-s.amount) - norm.cdf(0))
    for s in synthetic.INPUTS["spectrogram"]  # one line is too long for the page
]
glue("c9_negative", formats.percent(float(norm.cdf(0) + sum(raised) / n_genres)))
shown = stated["accuracy"]
axis = 0.7
looks = (shown.max() - axis) / (shown.min() - axis)
glue("c9_looks", formats.number(looks, 1))
glue("c9_is", formats.number(shown.max() / shown.min(), 2))
glue("c9_size", formats.number(parameters_of("autoencoder") / 1e6, 0))
glue(
    "c9_size_stated",
    formats.number(stated.loc["autoencoder", "parameters"] / 1e6, 1),
)
glue("c9_lstm", formats.percent(stated.loc["lstm", "accuracy"], 2))
glue("c9_chance", formats.percent(1 / n_genres))
best = synthetic.ceiling(synthetic.INPUTS["spectrogram"])
glue("c9_ceiling", formats.percent(best))

# %% [markdown]
# ```{admonition} To remember
# :class: important
# None of these mistakes stops a program. The code runs, and a number comes out. Only a question that the number could have failed finds them.
# ```
#
# ## Results that were typed in
#
# **What stands there.** A table of accuracies, times and sizes is written into the code. Its comment calls the numbers synthetic. The text then treats them as measured.
#
# **What it does.** Everything that follows from the table is a story: the ranking, the recommendation, the findings. The data could not have given these numbers. On the random spectrograms of the report the best possible classifier reaches {glue:text}`c9_ceiling` ({doc}`01_objective`). On its sequences, which are noise for every genre, none can do better than {glue:text}`c9_chance`. The table gives {glue:text}`c9_lstm` to the LSTM that reads them.
#
# **Mended.** A result can only come from predictions. `mgc/evaluation/accuracy.py`:
#
# ```python
# frames = [test_rows(record) for record in fits]
# share = [accuracy(frame) for frame in frames]
# ```
#
# ## Codes paired with the labels of other tracks
#
# **What stands there.** The tracks are split anew for each model, with the same random state. All splits are stratified by genre except the autoencoder's. The classifier on its code then takes the labels of the stratified split.
#
# **What it does.** A stratified and a plain split put other tracks in other places. We ran the two calls: {glue:text}`c9_own` of the training codes meet the label of their own track, and {glue:text}`c9_right` meet the right genre, which is what chance gives. On real music this classifier would learn nothing, and its test accuracy would say so. No number in the report does.
#
# **Mended.** Labels are looked up by the tracks of the one split. `mgc/training/fold_fit.py`:
#
# ```python
# return one_hot(self.arrays.genre[self.split.example_track])
# ```
#
# ## Test data scaled by its own maximum
#
# **What stands there.** For the CNN and the autoencoder, spectrograms of the training part are divided by the largest magnitude of the training part, those of the test part by the largest of the test part.
#
# **What it does.** The same track gets other inputs, depending on which tracks it is tested with. The test part takes part in its own preparation. With decibels, whose extremes are nearly the same in any two parts, the damage is small. With power, one loud track in the test part would make all others quiet. And a single new track could not be classified at all in the way that was tested.
#
# **Mended.** What scales the inputs is fitted on the training part, or belongs to the one track. `mgc/training/inputs.py`:
#
# ```python
# mean = inputs[train].mean(axis=axes, dtype=np.float64)
# ```
#
# ## A sigmoid that must reach below zero
#
# **What stands there.** The autoencoder ends in a sigmoid. Its inputs were divided by their largest magnitude and run from minus one to one.
#
# **What it does.** A sigmoid lies between zero and one. Of the report's random inputs {glue:text}`c9_negative` are negative; the best that the network can do for them is zero. So it can never rebuild nearly half of its input, however wide the code, and the statement that little information was lost is impossible for these inputs.
#
# **Mended.** Decibels are mapped to the range that the sigmoid has. `mgc/training/inputs.py`:
#
# ```python
# return ((inputs + 80.0) / 80.0).reshape(len(inputs), -1).astype(np.float32)
# ```
#
# ## Sequences that were not scaled
#
# **What stands there.** A comment says that the sequences are normalised. The line below it only changes their type.
#
# **What it does.** Nothing for random numbers. For real cepstra more may be at stake: the first coefficient, the level, is many times as large as the last, and large inputs saturate the gates of an LSTM. {doc}`08_audit` has the fits with and without scaling.
#
# **Mended.** Each coefficient is standardised by the training part. `mgc/models/lstm.py`:
#
# ```python
# RECIPE = Recipe(representation="sequence", scaling="per coefficient", batch_size=16, epochs=50)
# ```
#
# ## A split that is not the one in the text
#
# **What stands there.** The text says seventy, fifteen and fifteen in a hundred. The code holds out {glue:text}`c9_test` for the test and lets Keras take a fifth of the rest.
#
# **What it does.** {glue:text}`c9_train` of the tracks train and {glue:text}`c9_valid` validate. Fewer tracks train than stated, and more test. That makes intervals narrower and models weaker; it is no scandal, but whoever repeats the work by the text does something else. The autoencoder's test part, not stratified, has {glue:text}`c9_test_low` to {glue:text}`c9_test_high` tracks of a genre.
#
# **Mended.** `mgc/datasets/protocols.py`:
#
# ```python
# TEST_SHARE = VALID_SHARE = 0.15
# ```
#
# ## Validation taken from the tail
#
# **What stands there.** `validation_split` takes the last rows of what it is given, before any shuffling.
#
# **What it does.** Here less than its reputation. The rows were shuffled by the first split, so the tail is a random sample; only nobody stratified it, and it holds {glue:text}`c9_tail_low` to {glue:text}`c9_tail_high` tracks of a genre. With rows in the order of genres it would have been a disaster: the last genres would never have been trained. And tracks of one artist may stand on both sides.
#
# **Mended.** The validation part is named. `mgc/training/trainer.py`:
#
# ```python
# validation_data=valid,
# ```
#
# ## A random split of GTZAN
#
# **What stands there.** Tracks are drawn at random.
#
# **What it does.** GTZAN holds the same recordings twice, and many tracks of few artists ({doc}`02_dataset`). A random split puts some on both sides. How much that is worth is the subject of {doc}`05_comparison`.
#
# **Mended.** Folds that keep artists apart are the main protocol; the report's is kept beside it. `mgc/report/evidence.py`:
#
# ```python
# MAIN, USUAL, FILTERED = ARTIST_CV, "random", "fault_filtered"
# ```
#
# ## A frozen base that runs in every epoch
#
# **What stands there.** The base of VGG16 is frozen, and runs again for each picture in each epoch, of which there are thirty at most.
#
# **What it does.** It costs time and changes nothing.
#
# **Mended.** What it says about a picture is computed once and kept. `mgc/training/transfer.py`:
#
# ```python
# known = cache.read(entry)
# if known is None or known.keys() != {*names, "seconds"}:
# ```
#
# ## A size that nobody counted
#
# **What stands there.** The autoencoder is said to have {glue:text}`c9_size_stated` million parameters.
#
# **What it does.** Its first and its last layer connect every cell of the spectrogram with every unit. That makes {glue:text}`c9_size` million, most of them never seen by a useful gradient on some hundred tracks. All five sizes can be counted from the code, and {doc}`08_audit` does.
#
# ## Bars that do not begin at zero
#
# **What stands there.** The vertical axis of the bar chart begins at <q class="claim">0.7</q>.
#
# **What it does.** The tallest bar looks {glue:text}`c9_looks` times as tall as the shortest. The values differ by a factor of {glue:text}`c9_is`.
#
# ## Findings that were planted
#
# **What stands there.** The generator of the random data adds a constant to the lower half of the bands for classical, to the upper half for metal, and to two values that stand for tempo for jazz. Comments say why: such music is said to have its energy there. Section 6 then reports as an insight that classical lies low, metal lies high, and that these two are the easiest to tell apart.
#
# **What it does.** An assumption goes in and comes out as a finding. Nothing about music was learned on the way. {doc}`08_audit` asks real music the same questions.
#
# ## Steps that only the text has
#
# **What stands there.** Section 3 tells of tracks that were removed, of pre-emphasis, of a logarithmic scale, of standardising each track, and of augmentation. Functions for cross-validation, confusion matrices and principal components are imported.
#
# **What it does.** None of these steps is in the code, and none of these functions is called. No cell has an output either, so nothing shows that the code ever ran. A reader of the text alone cannot know that.
#
# **Mended.** What a chapter tells, a function of the package does, and each page is executed before it is published.
#
# ## No uncertainty, no test
#
# **What stands there.** One number a model, four digits, one seed; one model is said to outperform the others significantly.
#
# **What it does.** With the report's test part, an accuracy is uncertain by several points, so the last two digits mean nothing, and no test stands behind the word.
#
# **Mended.** Intervals over artists and seeds, and paired tests with a correction ({doc}`05_comparison`).
#
# ## What looks like a mistake and is none
#
# One early-stopping object serves all six fits: the four plain networks, the autoencoder and the classifier on its code. It remembers the best loss, so one would expect each model to be judged by the one before it; an earlier version of this book said so. We looked: Keras resets the object when a fit begins, in order that it can be used again, and resets the shared schedule of the learning rate as well. So it does no harm. It is still safer to make a new one.
#
# ## What it got right
#
# - The plan: five kinds of network, each with an input that suits it, compared on the same task.
# - The scaler of the statistics is fitted without the test part. (It does see the validation tracks, which are taken from the training part afterwards; the harm is small.)
# - Early stopping restores the best weights.
# - Global average pooling keeps CNN and transfer model small, whatever the length of the input.
# - The base of VGG16 is frozen, its inputs are prepared by its own function, and each picture is stretched by its own range.
# - The sizes of inputs and features add up ({doc}`03_features`).
# - It names its data as synthetic. Whoever reads the code is not deceived. Whoever reads only the text is.

# %% [markdown]
# ## Check yourself
#
# **Features and labels of a training part belong to different tracks. What will the classifier reach on ten balanced genres, and why does nothing warn?**
#
# ```{dropdown} Answer
# About chance, since the features of one track say nothing about the genre of another. Nothing warns because both tables have the right number of rows.
# ```
#
# **Training and test parts are each divided by their own largest value. Which track cannot be classified like this, and what mends it?**
#
# ```{dropdown} Answer
# A single new one: it comes without a test part whose largest value could be taken. Take the scale from the training part and use it everywhere, or scale each track by itself.
# ```
