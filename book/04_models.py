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
# # Training five deep learning models
#
# *Level: some programming; each network is explained by its own code. Reading time: about {sub-ref}`wordcount-minutes` minutes.*
#
# ```{admonition} In this chapter
# :class: tip
# You learn
# - how each of the report's five networks is built, and in how few lines of Keras;
# - how each learned, and what it takes for what;
# - how they were trained, and which mistakes of the report's code had to be mended.
# ```
#
# Nothing is trained on this page. Each fit was made once and left a {term}`record`; the page reads it. Where a model has no record, its place says so and how to get one.

# %% tags=["parameters", "remove-cell"]
data = "gtzan-archive"
records = ""
protocol = "artist_cv"
variant = "tuned"
seed = 0

# %% tags=["hide-input"]
import math
from dataclasses import replace

from mgc.datasets import facts
from mgc.display import comparison, formats, model_text, notebook, result_tables
from mgc.display.figures import model_plots
from mgc.display.glue import CHAPTER, Glue
from mgc.evaluation import metrics
from mgc.evaluation.results import controls, load_results
from mgc.evaluation.significance import fits_of
from mgc.models import TITLES, cnn
from mgc.models.recipe import VARIANTS
from mgc.records.study import open_study
from mgc.training import trials

study = open_study(
    data,
    records=records,
    protocol=protocol,
    variant=variant,
    seeds=seed,
)
results = load_results(study)
fits = results.first_seed
glue = Glue(CHAPTER, study.edition_record)

# %% [markdown]
# ## Five networks side by side
#
# The table that matters sets them side by side: what each reads, how large it is on the inputs of this build, and how often it is right on tracks that it has not seen.

# %% tags=["remove-input"]
notebook.table(
    model_text.networks(fits_of(results.networks)),
    "The five networks, mean over seeds; training and validation accuracy at the kept epochs",
)

# %% [markdown]
# ```{admonition} To remember
# :class: important
# Each of the five networks is a dozen lines of Keras. Most of the work, and most of the mistakes, lie around them: in what a network reads, how that is scaled, and which tracks decide when to stop.
# ```

# %% tags=["remove-input"]
notebook.say(
    f"Edition **{study.edition_record.name}**,"
    f" {formats.count(study.edition_record.n_tracks)} tracks;",
    f"protocol **{facts.protocol_title(protocol)}**; variant **{VARIANTS[variant].title}**; seed {seed}.",
)

# %% [markdown]
# These are the tuned networks. {doc}`05_comparison` tests whether their differences are real, and adds what each network reaches tuned further. Below, each drawing and each figure of learning is of one training, with the seed named here. The sizes that the report's networks have on its own inputs are counted in {doc}`08_audit`.
#
# In the drawings below, each block is a layer; the higher it is, the more numbers it hands on. What shapes the numbers on the way, such as {term}`dropout <dropout>`, stands in small print. In the figures of learning, grey is training and dark is validation. The tuned recipes train on blended examples, which are harder than whole tracks, so that the two cannot be compared. With a recipe that does not blend, grey well below dark in loss means that a network knows the training part better than other music: {term}`overfitting`. Dots mark the epochs whose weights were kept.

# %% [markdown]
# ## Model 1: multi-layer perceptron
#
# The perceptron reads the statistics of a track, one number for each column: those of {doc}`03_features`, or from an archive the fewer that {doc}`02_dataset` lists. Each of its four hidden layers is half as wide as the one before. Dropout {cite:p}`srivastava2014` switches off a share of the units at random while it trains, so that the network cannot rely on any one of them.
#
# **The insight:** a mean has no order. Shuffle the seconds of a song, and the perceptron notices almost nothing.
#
# ```{literalinclude} ../../mgc/models/mlp.py
# :pyobject: build
# :start-at: return Sequential
# :dedent: 4
# :language: python
# ```

# %% tags=["remove-input"]
model_text.drawing(fits["mlp"])

# %% tags=["remove-input"] mystnb={"figure": {"caption": "How the MLP learned.", "name": "fig-curves-mlp"}, "image": {"alt": "Two line charts: loss and accuracy against the epoch, training and validation."}}
model_plots.learning_curves(fits["mlp"])

# %% tags=["remove-input"]
notebook.say(model_text.insight(fits["mlp"]))

# %% [markdown]
# ## Model 2: convolutional network
#
# The {term}`convolutional network` slides small filters over the {term}`spectrogram`. Four blocks follow each other; each has twice as many filters as the last and sees a coarser picture.
#
# **The insight:** at its end, the mean over time and frequency leaves one number for each filter. So the network knows *which* patterns occur, but not *when*.
#
# ```{literalinclude} ../../mgc/models/cnn.py
# :pyobject: build
# :start-at: model = Sequential
# :dedent: 4
# :language: python
# ```

# %% tags=["remove-input"]
model_text.drawing(fits["cnn"])

# %% tags=["remove-input"] mystnb={"figure": {"caption": "How the CNN learned.", "name": "fig-curves-cnn"}, "image": {"alt": "Two line charts: loss and accuracy against the epoch, training and validation."}}
model_plots.learning_curves(fits["cnn"])

# %% tags=["remove-input"]
notebook.say(model_text.insight(fits["cnn"]))

# %% [markdown]
# The tuned CNN was stopped too early: trained for longer, or without dropout, it learns more, as {doc}`24_why_cnn` shows.

# %% [markdown]
# ## Model 3: recurrent network
#
# The {term}`LSTM` {cite:p}`hochreiter1997` reads the cepstra frame by frame and keeps a memory. Three such layers are stacked.
#
# **The insight:** the last layer hands over only its final state. All that the classifier learns about a piece must survive to the last frame.
#
# ```{literalinclude} ../../mgc/models/lstm.py
# :pyobject: build
# :start-at: return Sequential
# :dedent: 4
# :language: python
# ```

# %% tags=["remove-input"]
model_text.drawing(fits["lstm"])

# %% tags=["remove-input"] mystnb={"figure": {"caption": "How the LSTM learned.", "name": "fig-curves-lstm"}, "image": {"alt": "Two line charts: loss and accuracy against the epoch, training and validation."}}
model_plots.learning_curves(fits["lstm"])

# %% tags=["remove-input"]
notebook.say(model_text.insight(fits["lstm"]))

# %% [markdown]
# ## Model 4: autoencoder and classifier
#
# The {term}`autoencoder` {cite:p}`hinton2006` learns without labels. It squeezes a flattened spectrogram through a narrow layer, the code, and rebuilds the spectrogram from it. A small classifier then learns genres from the code alone.
#
# **The insight:** what is good for rebuilding a picture need not be what tells genres apart. And size is no strength: nearly all parameters lie in the first and the last layer, which connect every cell of the picture with every unit.
#
# ```{literalinclude} ../../mgc/models/autoencoder.py
# :pyobject: build
# :start-at: return Sequential
# :dedent: 4
# :language: python
# ```
#
# The classifier on the code:
#
# ```{literalinclude} ../../mgc/models/autoencoder.py
# :pyobject: build_classifier
# :start-at: return Sequential
# :dedent: 4
# :language: python
# ```

# %% tags=["remove-input"]
model_text.drawing(fits["autoencoder"])

# %% tags=["remove-input"] mystnb={"figure": {"caption": "How the classifier on the code learned.", "name": "fig-curves-autoencoder"}, "image": {"alt": "Two line charts: loss and accuracy against the epoch, training and validation."}}
model_plots.learning_curves(fits["autoencoder"])

# %% tags=["remove-input"]
notebook.say(model_text.insight(fits["autoencoder"]))

# %% tags=["remove-input"] mystnb={"figure": {"caption": "How the autoencoder learned to rebuild pictures: mean squared error on inputs between zero and one.", "name": "fig-curves-code"}, "image": {"alt": "Line chart of the reconstruction error against the epoch, training and validation."}}
model_plots.learning_curves(fits["autoencoder"], "autoencoder")

# %% [markdown]
# ## Model 5: VGG16, transferred
#
# VGG16 {cite:p}`simonyan2014` was trained on ImageNet, a collection of photographs {cite:p}`russakovsky2015`. {term}`Transfer learning <transfer learning>` keeps its convolutional layers as they are, shows them spectrograms as grey pictures, and trains a new classifier on what comes out. The weights must be downloaded once. Without them the model is reported as not run; nothing is put in its place.
#
# **The insight:** edges and textures that were learned from photographs tell genres apart, too.
#
# This is the classifier; the layers below it come ready-made from `keras.applications.VGG16`.
#
# ```{literalinclude} ../../mgc/models/vgg16.py
# :pyobject: _head_layers
# :start-at: return [
# :dedent: 4
# :language: python
# ```

# %% tags=["remove-input"]
model_text.drawing(fits["vgg16"])

# %% tags=["remove-input"] mystnb={"figure": {"caption": "How the head of VGG16 learned.", "name": "fig-curves-vgg16"}, "image": {"alt": "Two line charts: loss and accuracy against the epoch, training and validation."}}
model_plots.learning_curves(fits["vgg16"])

# %% tags=["remove-input"]
notebook.say(model_text.insight(fits["vgg16"]))

# %% [markdown]
# ### What the photographs are worth
#
# VGG16 might do well because it was trained on photographs, or because any network of this size, read in this way, would. Only a control can tell: the same layers with random weights, the same head, the same recipe. And *tuned* differs from the report's recipe in what is read: the last three blocks of the base instead of the last one alone, which also makes the head larger. So the table takes away one at a time: the weights of photographs, the further blocks, the whole tuned recipe. It does so under the fault-filtered split, where the recipes were chosen.

# %% tags=["remove-input"]
filtered = replace(study, protocol="fault_filtered")
read = ("tuned", "random_weights", "block5", "block5_random_weights", "as_written")
read_by = controls(filtered, "vgg16", *read)
notebook.table(
    result_tables.controls_table(read_by),
    "VGG16 and its controls, fault-filtered split; p after Holm's correction",
)

# %% tags=["remove-input"]
notebook.say(*model_text.what_is_read(read_by))

# %% [markdown]
# Does the answer hold when artists are kept apart? The next table asks for as much of it as was fitted under the artist folds. Not all rows have three seeds, and some were trained on JAX, which may cost a little ({doc}`24_why_cnn`).

# %% tags=["remove-input"]
apart = replace(study, protocol="artist_cv")
notebook.table(
    result_tables.controls_table(
        controls(apart, "vgg16", "tuned", "random_weights", "block5", "as_written")
    ),
    "VGG16 and its controls, artist folds; p after Holm's correction",
)

# %% tags=["remove-input"]
notebook.say(*comparison.yardsticks(apart, apart.tuned_further().groups()))

# %% [markdown]
# ## How they were trained
#
# The report trains its networks much alike: the Adam optimiser {cite:p}`kingma2014`, cross-entropy (also called {term}`log loss`) as the loss, {term}`early stopping`, and a learning rate that falls when the validation loss stands still. The autoencoder is fitted to the mean squared error, and neither it nor its classifier lowers the rate.
#
# Cross-entropy is small when the network gave a high probability to the genre that the track has. With $p_{i,g}$ the probability of genre $g$ for track $i$, and $g_i$ its true genre,
#
# $$
# L = -\frac{1}{n} \sum_{i=1}^{n} \ln p_{i,\, g_i} .
# $$ (eq-entropy)
#
# The report never tuned anything. So a low score of its recipe might say more about the recipe than about the network. Hence there are *variants*:
#
# - *As written* keeps the report's networks and recipes, with the mistakes below mended, and feeds them all that the edition has.
# - *Tuned* keeps the layers of the networks and trains them by the best of a few trials on validation tracks. Unless the text says otherwise, results of this book are of this variant.
# - *Tuned further* takes the best of as many trials as the classical models had; for the CNN, that leaves out dropout. {doc}`05_comparison`, {doc}`06_findings`, verdicts on results and the front page speak of it, and {doc}`24_why_cnn` tells its story.
# - *Quick*, for laptops, is the report's recipe with up to {glue:text}`c4_pool` neighbouring frames averaged into one (not for VGG16).
#
# These are the main things that the tuned recipes do differently:
#
# - **Crops.** Except for the MLP, an epoch shows random pieces of tracks instead of whole tracks. Few tracks become many examples. A prediction is the mean over pieces that overlap by half.
# - **Mixup** {cite:p}`zhang2018`. Two examples are blended, and so are their labels. The network learns not to be too sure; {term}`label smoothing`, in some recipes, has the same aim.
# - **A falling learning rate and {term}`weight decay <weight decay>`** {cite:p}`loshchilov2019`. All epochs are run, and the weights of the best one, by validation loss, are kept.
# - **What the network reads.** VGG16 is shown the spectrogram at its own size. Its head reads the last three blocks of the base, in the first of which patterns are still small, instead of the last one alone.

# %% tags=["remove-input", "hide-output"] mystnb={"code_prompt_show": "Show the tuned recipes", "code_prompt_hide": "Hide the tuned recipes"}
notebook.table(model_text.by_setting(model_text.tuned_recipes()), "Tuned recipes")

# %% tags=["remove-input", "hide-output"] mystnb={"code_prompt_show": "Show the report's recipes", "code_prompt_hide": "Hide the report's recipes"}
notebook.table(
    model_text.by_setting(model_text.recipes()),
    "The report's recipes, except for the epoch from which early stopping counts",
)

# %% [markdown]
# Each network scales its input in its own way. "Per column" and "per coefficient" subtract a mean and divide by a standard deviation that were computed on the {term}`training part` alone. "Per track" does the same within one spectrogram. "Unit" maps decibels to the range from zero to one. "Picture" stretches a track's own range to grey levels.
#
# ### How the settings were chosen
#
# Every setting was judged on the {term}`validation part` of the fault-filtered split, with one seed. The lowest log loss, in two decimals, won; among equals the higher accuracy. The test part was not even predicted in a trial. There were two rounds. The log of the first, a coarse one, was lost with the machine that it ran on. The second began from what the first had found and varied one or two settings at a time. All its trials are listed, the good and the bad. All jazz of that validation part is redrawn ({doc}`02_dataset`), so that a recipe may win by knowing the drawing; {doc}`24_why_cnn` asks which would have won without. How long to train was varied for the MLP alone. For the CNN one number of epochs was taken as given, and it was too small, as {doc}`24_why_cnn` shows.

# %% tags=["remove-input", "hide-output"] mystnb={"code_prompt_show": "Show every trial", "code_prompt_hide": "Hide the trials"}
tried = trials.table(study.store.root)
notebook.table(
    model_text.trials(tried), "Every trial of the second round, judged on validation tracks"
)

# %% tags=["remove-input"]
notebook.say(model_text.about_trials(len(tried)))

# %% [markdown]
# What a network must beat should be tuned as well. So two classical models have their settings chosen on the same validation tracks, by the same rule: logistic regression, and a support vector machine with a radial kernel. Each reads two kinds of input. One is the table of statistics that the MLP reads. The other is seven statistics of each row of the same pictures that the CNN sees: mean, spread, three percentiles, and the mean and spread of the change from frame to frame. The tuned networks had fewer trials, since most of them take much longer to train. That was not fair: {doc}`24_why_cnn` gives each network as many, lets them vary more, and the CNN gains by it.

# %% tags=["remove-input"]
notebook.table(
    model_text.classical_trials(trials.classical_table(study.store.root)),
    "Classical models: the setting that validation chose",
)

# %% [markdown]
# ### Mistakes that were mended
#
# The report's code could not have given meaningful results on real music. We kept its networks and its recipes, and mended these points:
#
# - **Validation from the tail.** Keras took the last rows as the validation part, whatever they held. Here the split names training, validation and test tracks, and a test proves that they share none.
# - **Scaling by the test part.** Spectrograms of the test part were divided by their own maximum. Here what scales the inputs is fitted on the training part, or on the one track that is scaled.
# - **Sequences without any scaling.** The LSTM got raw cepstra, and the first of them is many times larger than the last. Here each coefficient is standardised.
# - **An output that cannot reach its target.** The autoencoder ends in a sigmoid, which lies between zero and one, but its inputs went below zero. Here inputs lie where the sigmoid can reach them.
# - **Labels of other tracks.** The codes of the autoencoder came from a split that was not stratified, their labels from one that was. So the classifier learned labels that belonged to other tracks. Here each row carries its own track id.
# - **A frozen base run again and again.** The base of VGG16 never changes, yet it was run in each epoch. Here it runs once for each track, and the head learns from its output.
# - **Batch normalisation that has not settled.** On few tracks it needs many epochs; see below.
#
# ````{dropdown} For those who train networks: batch normalisation on few tracks
# {term}`Batch normalisation <batch normalisation>` {cite:p}`ioffe2015` uses the mean and variance of the current batch while it trains, and a moving average of them when it predicts. At each step the average keeps a share $m$ of its old value. Keras sets $m$ to {glue:text}`c4_momentum_report`.
#
# The report trains with {glue:text}`c4_steps_report` steps an epoch, so after one epoch the average still holds a share $m^{k}$, with $k$ steps, of where it began: {glue:text}`c4_left_report`. Here the first fold has {glue:text}`c4_steps` steps an epoch, and with the same $m$ a share of {glue:text}`c4_left_old` would be left. The more is left, the longer the validation loss measures an average that has not settled. Early stopping may then end a fit before the network was ever judged as it is.
#
# In the report's recipe, two changes cope with that. The share is rescaled so that it forgets as much in an epoch as it would in the report,
#
# $$
# m' = m^{\,k / k'},
# $$
#
# where $k'$ is the number of steps that we have. That gives {glue:text}`c4_momentum`. And for the CNN, early stopping begins to count at epoch {glue:text}`c4_counts_from`. The tuned recipe sets a share of its own and runs all epochs.
# ````

# %% tags=["remove-input"]
first_fold = study.split().folds[0]
steps = math.ceil(len(first_fold.train) / cnn.RECIPE.batch_size)
glue.many(
    {
        "c4_momentum_report": formats.number(cnn.REPORT_MOMENTUM, 4),
        "c4_steps_report": formats.count(cnn.REPORT_STEPS),
        "c4_left_report": formats.percent(cnn.REPORT_MOMENTUM**cnn.REPORT_STEPS),
        "c4_steps": formats.count(steps),
        "c4_left_old": formats.percent(cnn.REPORT_MOMENTUM**steps),
        "c4_momentum": formats.number(cnn.momentum(steps), 4),
        "c4_counts_from": formats.count(cnn.RECIPE.warm_up + 1),
        "c4_pool": formats.count(VARIANTS["quick"].frame_pool),
    }
)

# %% [markdown]
# ## What this shows and what it does not
#
# The chapter shows how large the report's networks are, that they can be trained, and what each of them gets right on tracks that it has not seen. It does not rank them: the differences between two rows of its table may be chance. {doc}`05_comparison` tests that. Its drawings and figures of learning show one training each; how much a network changes if it is trained again, {doc}`05_comparison` shows. And it says nothing about music outside this {term}`edition`.

# %% [markdown]
# ## Check yourself
#
# **The CNN knows which patterns occur in a piece, but not when. Which line of its code makes it so?**
#
# ```{dropdown} Answer
# `GlobalAveragePooling2D`. It leaves the mean of each filter over all times and frequencies, and a mean has no order.
# ```
#
# **A network is right far more often in training than in validation. What has happened, and which of the two numbers would you show?**
#
# ```{dropdown} Answer
# It has learned its training tracks by heart: overfitting. Show neither, but the accuracy on the test part. The validation part chose the epoch, so even its number flatters a little.
# ```

# %% [markdown]
# ## Exercises
#
# **1.** A network that knows nothing gives each of ten genres the same probability. What is its cross-entropy by {eq}`eq-entropy`? Which of the networks had a lower one on validation tracks?

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show the solution", "code_prompt_hide": "Hide the solution"}
from mgc.datasets.tracks import GENRES

nothing = math.log(len(GENRES))
better = [
    TITLES[name]
    for name, record in results.records.items()
    if metrics.kept_epochs(record)["val_loss"].min() < nothing
]
notebook.say(
    f"It is the logarithm of ten, {formats.number(nothing)}. Below it, at their best"
    " epoch:"
    f" {formats.listing(better)}. A loss above it is possible too: it takes a network"
    " that is sure and wrong."
)

# %% [markdown]
# **2.** For each network, which genre does it find most rarely, and what does it name instead?

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show the solution", "code_prompt_hide": "Hide the solution"}
import pandas as pd

rows = []
for name, record in results.records.items():
    recall = metrics.per_genre(metrics.test_rows(record))["recall"]
    worst = recall.idxmin()
    instead = metrics.confusion(metrics.test_rows(record)).loc[worst].drop(worst)
    rows.append(
        {
            "model": TITLES[name],
            "found most rarely": worst,
            "recall": formats.percent(recall[worst]),
            "named instead": instead.idxmax(),
            "pieces or tracks": formats.count(instead.max()),
        }
    )
notebook.table(pd.DataFrame(rows), "Where each network is weakest, and what it hears")

# %% [markdown]
# ## Further reading
#
# - {cite:t}`ioffe2015` and {cite:t}`srivastava2014` introduced the two layers that keep these networks trainable.
# - {cite:t}`pons2018` show how far networks with random weights get, which puts training into perspective.
# - {cite:t}`hochreiter1997` is the paper behind the LSTM.
