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
# # What accuracy costs
#
# *Level: first steps; no mathematics. Reading time: about {sub-ref}`wordcount-minutes` minutes.*
#
# ```{admonition} On this page
# :class: tip
# You learn
# - how long each network trained, how large it is, and how many operations an answer takes;
# - what the report says of the same;
# - how accuracy stands against time and size.
# ```
#
# *The networks on this page are those that {doc}`04_models` calls tuned. {doc}`24_why_cnn` shows what more trials gave, above all to the CNN.*

# %% tags=["parameters", "remove-cell"]
data = "gtzan-archive"
records = ""
protocol = "artist_cv"
variant = "tuned"
seed = 0

# %% tags=["hide-input"]
from mgc.display import cost_tables, formats, notebook
from mgc.display.figures import comparison_plots
from mgc.display.glue import Glue
from mgc.evaluation import cost
from mgc.evaluation.results import accuracy_table, load_results
from mgc.models import BASELINES, NAMES
from mgc.records.study import open_study

study = open_study(
    data,
    records=records,
    protocol=protocol,
    variant=variant,
    seeds=seed,
)
results = load_results(study)

# %% [markdown]
# ```{admonition} To remember
# :class: important
# The largest network need not be the best, nor the one that trains longest. Set cost beside accuracy, and keep apart what is computed once and what is computed for every answer.
# ```
#
# The report has columns for training time and parameters. Here are ours, from the recorded runs. Operations are those of one forward pass, worked out from the layers. A network that reads crops runs several passes for a track. For VGG16 and the autoencoder the passes are those of the last part only: the base runs once a track, the encoder once a crop.

# %% tags=["remove-input"]
fits = results.fits(variant, "as_written")
networks = cost_tables.networks_table(cost.table(fits))
every_fit = notebook.file_link(
    cost.table(study.store.find()), "fits.csv", "Every published fit, one by one (CSV)"
)
notebook.table(networks[cost_tables.TRAINING], "What training took", every_fit)

# %% tags=["remove-input"]
notebook.table(networks[cost_tables.ANSWER], "What an answer takes")

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Accuracy, mean over all published seeds with its interval, against training time (left) and number of parameters (right), for this build's variant and the baselines. Time is the mean over the fits, and a horizontal line goes from the shortest to the longest; fits of one model may have run on different machines. Both horizontal axes are logarithmic.", "name": "fig-cost"}, "image": {"alt": "Two scatter plots with logarithmic horizontal axes: accuracy against minutes of training and against number of parameters, a marker a model."}}
groups = results.networks | study.groups(models=BASELINES)
summary = accuracy_table(groups, results.labels)
summary = cost.with_range(summary, groups)
comparison_plots.cost(summary)

# %% tags=["remove-input"]
spread = summary.loc[summary["key"].isin(NAMES), "most_minutes"] / summary["least_minutes"]
Glue(results.networks)("c19_spread", formats.factor(spread.max()))

# %% [markdown]
# Training is the time of a fit, all of its folds together, as a mean over the fits of the row. Times are wall times, with whatever else their machine did, and compare only where both were trained on the same. Fits on TensorFlow shared two cores with other work, on one thread or two. Where one took many times as long as others of its kind, that says nothing about the network: two folds of one autoencoder alone took most of its time. Fits on JAX ran on another machine's processor, or on a graphics card, which a dozen shared, so that their times say little beside the others. VGG16's frozen base runs once, for the first fit that needs it, and its output is kept. So the times of later fits are those of the head alone, and the column of the base says what a track costs before that.

# %% [markdown]
# ## What this shows and what it does not
#
# The page shows what these fits took on the machine that made them. Neither times nor their ratios carry over to another machine safely: the longest fit of one network took {glue:text}`c19_spread` times as long as the shortest of the same network. The two may differ in machine, backend and what else ran beside them. {doc}`11_speed` measures how fast a file is answered.

# %% [markdown]
# ## Check yourself
#
# **The fits of VGG16 are short here. What does their time leave out?**
#
# ```{dropdown} Answer
# The base, which runs once for each picture and whose output is kept. And the photographs that it had learned from before: somebody else paid for those.
# ```
#
# **Why can an answer cost more than the operations of one pass?**
#
# ```{dropdown} Answer
# A network that reads crops runs a pass for each crop and takes the mean. The column counts one.
# ```
