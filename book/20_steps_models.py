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
# # Next steps: models and data
#
# *Level: some statistics, which {doc}`05_comparison` explains. Reading time: about {sub-ref}`wordcount-minutes` minutes.*
#
# ```{admonition} On this page
# :class: tip
# You learn
# - what it is worth to let VGG16 learn on, to read it otherwise, to let a program choose settings, and to let several networks answer together;
# - what altered copies, better labels and composed pieces add to the training music;
# - in which genres each step gains and loses.
# ```
#
# *The networks on this page are those that {doc}`04_models` calls tuned. {doc}`24_why_cnn` shows what more trials gave, above all to the CNN.*
#
# {doc}`07_next_steps` has the steps of the report in one figure. Here are those about models and about data, one by one: what is asked, in what step and control differ, what is fitted, and what came out. {doc}`21_steps_features` and {doc}`22_steps_training` have the others.
#
# Step and control are meant to differ in one thing. Of the rows of this page, more differs in {glue:text}`c20_two_machines`: fits made with JAX, some of them on a graphics card, stand there beside fits made with TensorFlow on a processor. {doc}`24_why_cnn` has the control, the same recipes on both.
#
# Each figure by genre takes one row of its step. It describes and does not test: of so many intervals some miss zero by chance. They say where to listen.
#
# In the lists, an interval is that of its row alone, while $p$ after Holm's correction counts all rows of the ledger. So an interval may leave out zero although no difference is shown.

# %% tags=["parameters", "remove-cell"]
data = "gtzan-archive"
records = ""
protocol = "artist_cv"
variant = "tuned"
seed = 0

# %% tags=["hide-input"]
from mgc.display import formats, notebook, step_tables
from mgc.display.figures import step_details
from mgc.display.glue import ARTISTS, CHAPTER, TRACKS, Glue
from mgc.evaluation.results import load_results
from mgc.evaluation.significance import fits_of
from mgc.experiments import (
    augmentation,
    by_genre,
    composition,
    ensembles,
    fine_tuning,
    frequency_axis,
    labels,
    ledger,
    places,
    plan,
    search,
)
from mgc.records.study import open_study

# The steps were measured on all of GTZAN, whatever data the other chapters were
# built on.
study = open_study("gtzan-archive", protocol="artist_cv", variant="tuned")
steps = ledger.load(study.store.root)
networks = fits_of(load_results(study).networks)
glue = Glue("book/next_steps.csv")

# %% tags=["remove-input"]
on_page = [*plan.MODELS, *plan.DATA]
glue("c20_two_machines", step_tables.quoted(places.on_two_machines(study, on_page)))
glue("c20_trials", formats.count(search.TRIALS), CHAPTER)
glue("c20_at_random", formats.count(search.AT_RANDOM), CHAPTER)
glue.many(step_tables.luck(study))
glue.many(step_tables.doubts(networks["vgg16"][0]), networks["vgg16"][0], TRACKS, ARTISTS)

# %% [markdown]
# ```{admonition} To remember
# :class: important
# Averaging fits of one network is the dullest of these steps, and the surest. Fine-tuning, cleaner labels, altered copies and composed pieces sound as if they must help; beside their controls, none is shown to help here.
# ```

# %% [markdown]
# ## VGG16's last blocks learn on
#
# The book's VGG16 is frozen: its filters learned from photographs, and only a small head learns from music. Fine-tuning lets some of the filters learn as well, in small steps, so that they do not forget what they know.

# %% tags=["remove-input"]
notebook.say(step_tables.details(steps, fine_tuning.STEP))

# %% tags=["remove-input"] mystnb={"figure": {"caption": "VGG16's last block trained on, against its head alone trained for as long: change in right answers by genre.", "name": "fig-step-tuned"}, "image": {"alt": "Ten rows, one a genre, sorted: a mark for the change in right answers with its interval around a line at zero, filled where the interval does not hold zero."}}
step_details.genres(by_genre.of_comparison(study, fine_tuning.STEP.comparisons[0]))

# %% [markdown]
# ## VGG16, read row by row

# %% tags=["remove-input"]
notebook.say(step_tables.details(steps, frequency_axis.STEP))

# %% tags=["remove-input"] mystnb={"figure": {"caption": "VGG16 read row by row of frequency, against the mean over the whole picture: change in right answers by genre.", "name": "fig-step-rows"}, "image": {"alt": "Ten rows, one a genre, sorted: a mark for the change in right answers with its interval around a line at zero, filled where the interval does not hold zero."}}
step_details.genres(by_genre.of_comparison(study, frequency_axis.STEP.comparisons[0]))

# %% [markdown]
# ## Settings found by a program
#
# Optuna proposes settings and looks at the validation tracks. The first {glue:text}`c20_at_random` of {glue:text}`c20_trials` trials in each fold are drawn at random; from then on it learns from those before what to propose next. No trial was stopped early, though Optuna could have done so. What it gains there is partly luck, since of many trials the one that suits these tracks is kept. Test tracks show how much.

# %% tags=["remove-input"]
notebook.say(step_tables.details(steps, search.STEP))

# %% tags=["remove-input"] mystnb={"figure": {"caption": "The best log loss on validation tracks so far, trial by trial, mean over five folds. Dashed: the settings that were chosen by hand, for all folds at once.", "name": "fig-step-trials"}, "image": {"alt": "Falling lines of log loss against the number of trials, one a model, each with a dashed level for the settings chosen by hand."}}
step_details.trials(study)

# %% tags=["remove-input"]
notebook.table(step_tables.searched_table(study))

# %% [markdown]
# How much of a gain was luck? In {numref}`fig-step-luck` each mark is a model in one fold. A mark on the broken line gained as much on test tracks as on those that chose its settings; below it, less. On average over models and folds, found settings gain {glue:text}`c20_gain_valid` on validation tracks and {glue:text}`c20_gain_test` on test tracks. That describes these trials, and tests nothing.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "What settings found by Optuna gain in accuracy on the validation tracks that chose them, and on test tracks, against those chosen by hand: a mark for each model and fold. The search looked at log loss, so that right answers may be lost even where it chose.", "name": "fig-step-luck"}, "image": {"alt": "Scatter plot with a colour and a marker for each model: gain on test tracks against gain on validation tracks, in points, around lines at zero, with a broken diagonal for equal gains. Most marks lie right of zero and below the diagonal."}}
step_details.luck(study)

# %% [markdown]
# ## Several networks that answer together

# %% tags=["remove-input"]
notebook.say(step_tables.details(steps, ensembles.STEP))

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Right answers of the plain mean of fits that differ in their seed, against how many there are, mean over all choices; and of fits of different networks. Networks with all three seeds.", "name": "fig-step-members"}, "image": {"alt": "Lines of accuracy against the number of fits that answer together, one a network, and a dashed one for fits of different networks."}}
step_details.members(ensembles.by_size(study))

# %% [markdown]
# ## Altered copies

# %% tags=["remove-input"]
notebook.say(step_tables.details(steps, augmentation.STEP))

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Training with altered copies of the pictures, against training without: change in right answers by genre.", "name": "fig-step-copies"}, "image": {"alt": "Ten rows, one a genre, sorted: a mark for the change in right answers with its interval around a line at zero, filled where the interval does not hold zero."}}
step_details.genres(by_genre.of_comparison(study, augmentation.STEP.comparisons[0]))

# %% tags=["remove-input"] mystnb={"figure": {"caption": "The same copies for the CNN: change in right answers by genre.", "name": "fig-step-copies-cnn"}, "image": {"alt": "Ten rows, one a genre, sorted: a mark for the change in right answers with its interval around a line at zero, filled where the interval does not hold zero."}}
step_details.genres(by_genre.of_comparison(study, augmentation.STEP.comparisons[-1]))

# %% [markdown]
# ## Better labels
#
# A label is suspect when a model that never heard its artist gives it little probability. In the rows below, cleanlab finds the suspects of each training part by confident learning {cite:p}`northcutt2021`, with its default filter, on probabilities of logistic regression.

# %% tags=["remove-input"]
notebook.say(step_tables.details(steps, labels.STEP))

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Suspect labels left out of training, against all training tracks: change in right answers by genre.", "name": "fig-step-labels"}, "image": {"alt": "Ten rows, one a genre, sorted: a mark for the change in right answers with its interval around a line at zero, filled where the interval does not hold zero."}}
step_details.genres(by_genre.of_comparison(study, labels.STEP.comparisons[1]))

# %% [markdown]
# Are the suspects wrong? The table ranks tracks by the probability that the published VGG16 gives their label, which is cleanlab's score of a label unless told otherwise, and asks two others: the list of tracks that the fault-filtered split leaves out, for the faults that Sturm found {cite:p}`sturm2013`, and the genre under which a shop sells the recording. The last row is the share among all tracks. Most of the faults on that list are repetitions, which no model can suspect; shops disagree with GTZAN about much that is no fault.

# %% tags=["remove-input"]
notebook.table(step_tables.suspects_table(labels.precision(networks["vgg16"][0])))

# %% [markdown]
# A rank does not say where suspicion ends. Confident learning adds that: it suspects a label if the network names another genre, and gives it no less than its usual probability for tracks that bear that genre's name. So it suspects {glue:text}`c20_suspects` of {glue:text}`c20_suspects_of` labels. Of these, {glue:text}`c20_suspects_listed` are on the list of faults, and of {glue:text}`c20_suspects_with_shop` with a shop's genre {glue:text}`c20_suspects_shop` are sold under another. Most of what it suspects, neither of the two doubts.

# %% [markdown]
# ## Composed pieces
#
# The demo of this book is music composed by rule, in the styles of the ten genres.

# %% tags=["remove-input"]
notebook.say(step_tables.details(steps, composition.STEP))

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Ninety composed pieces and no music, against the same pieces with genres dealt out wrongly: change in right answers by genre.", "name": "fig-step-composed"}, "image": {"alt": "Ten rows, one a genre, sorted: a mark for the change in right answers with its interval around a line at zero, filled where the interval does not hold zero."}}
step_details.genres(by_genre.of_comparison(study, composition.STEP.comparisons[2]))

# %% [markdown]
# ## What this shows and what it does not
#
# The page shows what these steps change on GTZAN with artists apart. Labels and pieces were tried on logistic regression, which can be fitted again in seconds. One block of VGG16 was trained on, and two, both at the rate that was chosen for one; a rate of their own, or more music, may give more. It does not show that labels need no care: a wrong test label costs every model alike, and no row here can see it.

# %% [markdown]
# ## Check yourself
#
# **Optuna finds settings with a lower log loss on validation tracks. Why is that no proof that they are better?**
#
# ```{dropdown} Answer
# The trials were chosen for those tracks. Of twenty settings that are equally good, one suits them best by chance, and it is kept.
# ```
#
# **Leaving out suspect labels seems to cost accuracy. What does the second control of that step ask?**
#
# ```{dropdown} Answer
# Whether the loss is only that of fewer tracks. It leaves out as many at random: had the suspects done harm, leaving them out in the place of others would help.
# ```
