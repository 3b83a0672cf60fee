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
# %% [markdown]
# # What holds the CNN back
#
# *Level: some statistics, which {doc}`05_comparison` explains. Reading time: about {sub-ref}`wordcount-minutes` minutes.*
#
# ```{admonition} On this page
# :class: tip
# You learn
# - what each part of the CNN's recipe is worth;
# - that the recipe of this book stops too early, and what follows from it;
# - what each network reaches if validation tracks choose how long it is trained;
# - whether it matters on which framework and machine a network was trained.
# ```
#
# In {doc}`05_comparison` the CNN is no better than logistic regression on the same pictures. {doc}`23_more_music` shows that it wants more artists, as the others do. Is there a reason of its own as well? Here parts of its recipe are left out, one at a time, and it is trained for longer.

# %% tags=["parameters", "remove-cell"]
data = "gtzan-archive"
records = ""
protocol = "artist_cv"
variant = "tuned"
seed = 0

# %% tags=["hide-input"]
import pandas as pd

from mgc.display import control_text, formats, model_text, notebook
from mgc.display.figures import control_plots
from mgc.display.glue import ARTISTS, Glue
from mgc.evaluation import controls
from mgc.evaluation.accuracy import accuracy_summary
from mgc.experiments import control_pairs
from mgc.models import ON_PICTURES, TITLES
from mgc.records.study import open_study
from mgc.training import trials

# The fits were made for this page, on all of GTZAN, whatever data the other
# chapters were built on.
study = open_study("gtzan-archive", protocol="artist_cv", variant="tuned")
fits = [*controls.pairs(study), *control_pairs.twice_as_long(study)]
table = controls.table(fits)
again = controls.table(control_pairs.on_jax(study))
retuned = controls.table(controls.pairs(study, (controls.RETUNED,)))
further = trials.table(study.store.root / controls.STORE)
first = trials.table(study.store.root)
first = first[first["model"].isin(further["model"])]
glue = Glue(ARTISTS, study.edition_record)

# %% tags=["remove-input"]
cnn = table[table["model"] == "cnn"].set_index("variant")
(longer,) = (pair for pair in fits if pair.model == "cnn" and pair.variant == controls.LONG)
rivals = study.groups(models=("vgg16", ON_PICTURES))
seeds = {record.config["seed"] for record in longer.changed}
transfer = [record for record in rivals["vgg16"] if record.config["seed"] in seeds]
glue.many(
    {
        "c24_usual_epochs": str(longer.usual[0].config["recipe"]["epochs"]),
        "c24_long_epochs": str(longer.changed[0].config["recipe"]["epochs"]),
        "c24_usual": formats.percent(cnn.loc["long", "usual"], 1),
        "c24_long": formats.percent(cnn.loc["long", "accuracy"], 1),
        "c24_long_gain": formats.points(cnn.loc["long", "gain"], 1),
        "c24_long_interval": formats.points_interval(
            cnn.loc["long", "low"], cnn.loc["long", "high"], 1
        ),
        "c24_long_valid": formats.points(cnn.loc["long", "valid"], 1),
        "c24_dropout_gain": formats.points(cnn.loc["no_dropout", "gain"], 1),
        "c24_regressed": formats.percent(accuracy_summary(rivals[ON_PICTURES]).accuracy, 1),
        "c24_tried": formats.listing(
            [formats.inside(TITLES[m]) for m in further["model"].unique()]
        ),
        "c24_trials": formats.count(trials.classical_table(study.store.root)["trials"].min()),
        "c24_vgg16": formats.percent(accuracy_summary(transfer).accuracy, 1),
    }
)

# %% [markdown]
# ```{admonition} To remember
# :class: important
# A network that looks as if it could not learn more may only have been stopped. Train longer before you call a limit a limit, and let the trials that choose a recipe try that, too.
# ```
#
# ## One part at a time
#
# Each row is the CNN under the artist folds, by the book's recipe with one thing changed, against the published fit of the same seed. Nothing was chosen by these numbers: each variant was planned before, and tests its tracks once. The row with twice as many epochs is a control of {doc}`22_steps_training` with a seed of its own.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "The CNN with one thing in its recipe changed, against the CNN as published: change in right answers under the artist folds, with 95 % intervals over artists. Filled marks are shown after Holm's correction over the table further down.", "name": "fig-recipe-changes"}, "image": {"alt": "Rows, one a change of the recipe, sorted by gain: a mark for the change in right answers with its interval around a line at zero. The rows with more epochs, and the one without dropout, stand furthest to the right."}}
control_plots.changes(table[table["model"] == "cnn"])

# %% tags=["remove-input"]
notebook.say(control_text.statement(table[table["model"] == "cnn"]))

# %% [markdown]
# ## It was stopped too early
#
# Three times as many epochs take the CNN from {glue:text}`c24_usual` to {glue:text}`c24_long`: {glue:text}`c24_long_gain` ({glue:text}`c24_long_interval`). These are means over the seeds that were trained for longer, not over all that {doc}`05_comparison` has. Without dropout it gains {glue:text}`c24_dropout_gain` in the usual time. The two seem to tell one story. Dropout slows a network down, so that it needs more steps to learn as much; and the recipe gives it {glue:text}`c24_usual_epochs` epochs, in which the rate of learning falls to nothing. On validation tracks the loss is lowest at the very end; the longer fit goes on falling, to a level well below.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Log loss of the CNN on validation tracks, mean over five folds, seed 0: by its recipe, and for three times as many epochs. A mark stands at the lowest.", "name": "fig-recipe-epochs"}, "image": {"alt": "Two falling, jagged lines of log loss against the epoch. The shorter one ends where the longer one goes on falling, to a lower level."}}
control_plots.epochs(controls.epochs(fits, "cnn"))

# %% [markdown]
# How could that be missed? A person chose the recipe from trials on validation tracks ({doc}`04_models`), and every trial of the CNN had {glue:text}`c24_usual_epochs` epochs. The best epoch was among the last, which is what a falling rate makes of any length, so that nobody took it for a sign. Validation tracks would have told: there, too, the longer fit gains {glue:text}`c24_long_valid`.
#
# What follows for the rest of the book? The tables keep the CNN as it was chosen, since a recipe that is exchanged once its test results are known is no longer chosen on validation data alone, and since its fits on other pages are as short. But read them with this page beside them. Sentences that say that the CNN loses to something, or is not shown to beat it, speak of the short one. The longer one is right in {glue:text}`c24_long`, logistic regression on the same pictures in {glue:text}`c24_regressed`, VGG16 of the same seeds in {glue:text}`c24_vgg16`. By the tests of this book, each over the seeds that both have:

# %% tags=["remove-input"]
named = {
    "the longer CNN": list(longer.changed),
    "VGG16": rivals["vgg16"],
    "logistic regression on pictures": rivals[ON_PICTURES],
    "the published CNN": list(longer.usual),
}
notebook.say(control_text.beside("the longer CNN", named))

# %% [markdown]
# ## Is it the same for the others?
#
# A fair question, since only the MLP was ever tried with another number of epochs. The table gives all that was fitted, beside the published fits of the same seeds: the difference on test tracks, in points, and in the last column that on validation tracks.

# %% tags=["remove-input"]
notebook.table(control_text.changes_table(table), "Changes of a recipe, artist folds")

# %% tags=["remove-input"]
notebook.say(control_text.statement(table[table["model"] != "cnn"]))

# %% [markdown]
# ## If validation had chosen
#
# The row of the CNN above was read from test tracks, and is known now. What would have come out if nobody had looked? Take each fold by itself. It has validation tracks, and two fits of each network: the usual one, and one that is three times as long. Keep the one with the lower log loss on validation tracks, in two decimals, and count its answers on the test tracks. That is the rule by which this book chooses settings, and each network gets the same choice of two.

# %% tags=["remove-input"]
choices = controls.chosen_lengths(fits)
lengths = controls.lengths_table(choices)
notebook.table(
    control_text.lengths_table(lengths), "The length of training chosen in each fold, artist folds"
)

# %% tags=["remove-input"]
chosen = {choice.pair.model: list(choice.pair.changed) for choice in choices}
named = {
    "the CNN": chosen["cnn"],
    "VGG16": chosen["vgg16"],
    "logistic regression on pictures": rivals[ON_PICTURES],
    "the MLP": chosen["mlp"],
}
notebook.say(
    f"{control_text.statement(lengths)} With these lengths: {control_text.beside('the CNN', named)}"
)

# %% [markdown]
# A difference counts as shown if p after Holm's correction is below one in twenty and the interval leaves out zero. Each table of this page is corrected for itself. The tests compare the seeds that both models have.
#
# ## As many trials as the classical models had
#
# {doc}`04_models` gives logistic regression and the support vector machine {glue:text}`c24_trials` trials each, and the networks fewer. Here three of them got as many, {glue:text}`c24_tried`: longer training first, then settings drawn at random {cite:p}`bergstra2012`. The best by validation, the first trials among them, was fitted under the artist folds.

# %% tags=["remove-input", "hide-output"] mystnb={"code_prompt_show": "Show the further trials", "code_prompt_hide": "Hide the further trials"}
notebook.table(model_text.trials(further), "Further trials, judged on validation tracks")

# %% tags=["remove-input"]
notebook.table(
    control_text.trials_table(retuned, first, pd.concat([first, further])),
    "The best of all trials against the published recipe, artist folds",
)

# %% tags=["remove-input"]
notebook.say(control_text.statement(retuned))

# %% [markdown]
# Lower losses on validation tracks are easy to find, if one looks often enough; Optuna's search ends in the same way ({doc}`20_steps_models`). The CNN and the autoencoder keep the trials that they had; one trial of the CNN takes up to half an hour.
#
# ## Another framework, another machine
#
# Most fits of this book were made with TensorFlow on a processor. Those of this page, and some others, were made where Keras runs on JAX, on one NVIDIA H200 or on a processor; each record says on what. Does that matter? The same recipes were fitted again there, as a control that could have failed. A seed does not carry over: the frameworks draw weights and dropout otherwise, so that these are new fits and not copies.

# %% tags=["remove-input"]
notebook.table(control_text.changes_table(again), "The same recipes on JAX, artist folds")

# %% tags=["remove-input"]
notebook.say(control_text.statement(again))

# %% [markdown]
# Most rows come out a little lower on JAX, so that a small difference cannot be excluded. It would make the gains above larger, not smaller, since changed recipes were fitted on JAX, and most of the fits beside them on TensorFlow.

# %% [markdown]
# ## What this shows and what it does not
#
# Each part was left out alone; two at once were not tried, and where the table has one fit, other seeds may differ by a point or two. The interval counts artists, and does not know that. A longer schedule for the CNN was not followed to its end: more epochs still may give more. Validation chose between two lengths alone, by a rule that is older than these fits; but that the question was asked at all, after the CNN's gain on test tracks was known, is no blind choice. And it is not shown that dropout is bad; with time enough it may be as good as before.

# %% [markdown]
# ## Check yourself
#
# **The best epoch of a fit is its last but one. What can you conclude, if the rate of learning falls to zero over all epochs?**
#
# ```{dropdown} Answer
# Nothing. Near the end the steps are tiny and the loss hardly moves, whatever the number of epochs. Only a longer fit tells whether more would help.
# ```
#
# **Why does the book not replace its CNN by the better one of this page, and leave it at that?**
#
# ```{dropdown} Answer
# Its test results are known by now. To exchange a recipe for that reason is to choose on test data. The choice can be made on validation tracks, with all other networks given the same chance. This page does so for the length alone; to do it for the whole book, everything has to be fitted anew.
# ```
