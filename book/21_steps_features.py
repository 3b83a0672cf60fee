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
# # Next steps: features and architectures
#
# *Level: some statistics, which {doc}`05_comparison` explains. Reading time: about {sub-ref}`wordcount-minutes` minutes.*
#
# ```{admonition} On this page
# :class: tip
# You learn
# - whether other views of the same sound, or facts about the recording, tell more;
# - what attention, a transformer and a graph of tracks change;
# - how an artist's name becomes a leak.
# ```
#
# *The networks on this page are those that {doc}`04_models` calls tuned. {doc}`24_why_cnn` shows what more trials gave, above all to the CNN.*
#
# {doc}`07_next_steps` has the steps of the report in one figure. Here are those about features and architectures, one by one: what is asked, in what step and control differ, what is fitted, and what came out.
#
# Step and control are meant to differ in one thing. Of the rows of this page, more differs in {glue:text}`c21_two_machines`: fits made with JAX, on a graphics card, stand there beside fits made with TensorFlow on a processor. {doc}`24_why_cnn` has the control, the same recipes on both.
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
from mgc.display import explanation_tables, formats, notebook, step_tables
from mgc.display.figures import step_details
from mgc.display.glue import CHAPTER, Glue
from mgc.experiments import (
    attention,
    by_genre,
    channels,
    chroma,
    graph,
    ledger,
    metadata,
    places,
    plan,
    transformer,
    views,
)
from mgc.records.study import open_study

# The steps were measured on all of GTZAN, whatever data the other chapters were
# built on.
study = open_study("gtzan-archive", protocol="artist_cv", variant="tuned")
steps = ledger.load(study.store.root)
glue = Glue("book/next_steps.csv")

# %% tags=["remove-input"]
on_page = [*plan.FEATURES, *plan.ARCHITECTURES]
glue("c21_two_machines", step_tables.quoted(places.on_two_machines(study, on_page)))
glue("c21_chroma", formats.count(len(chroma.COLUMNS)), CHAPTER)

# %% [markdown]
# ```{admonition} To remember
# :class: important
# Facts beyond the sound help to name a genre. But ask whether that knowledge will be there for new music: an artist's name helps exactly where the artist is known.
# ```

# %% [markdown]
# ## Other views of the sound

# %% tags=["remove-input"]
notebook.say(step_tables.details(steps, views.STEP))

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Lasting and striking parts beside the picture, against the picture alone: change in right answers by genre.", "name": "fig-step-views"}, "image": {"alt": "Ten rows, one a genre, sorted: a mark for the change in right answers with its interval around a line at zero, filled where the interval does not hold zero."}}
step_details.genres(by_genre.of_comparison(study, views.STEP.comparisons[2]))

# %% [markdown]
# ## The same views as channels of the CNN
#
# A network need not be told which statistics matter. So the views were set beside the picture as further channels, computed from the crop that the CNN reads. Step and control were trained on one graphics card, on JAX; {doc}`24_why_cnn` asks whether that makes a difference.

# %% tags=["remove-input"]
notebook.say(step_tables.details(steps, channels.STEP))

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Lasting and striking parts as channels of the CNN, against the CNN on the picture alone: change in right answers by genre.", "name": "fig-step-channels"}, "image": {"alt": "Ten rows, one a genre, sorted: a mark for the change in right answers with its interval around a line at zero, filled where the interval does not hold zero."}}
step_details.genres(by_genre.of_comparison(study, channels.STEP.comparisons[1]))

# %% [markdown]
# ## Chroma
#
# Chroma says how strong each of the twelve notes is, whatever the octave. The pictures of the archive hold none, so that only the hundred tracks of the mini set can be asked, whose audio is at hand. Logistic regression reads their statistics with the {glue:text}`c21_chroma` columns of chroma, without them, and these columns alone; five folds, three seeds. Artists cannot be kept apart there, so this is a description and no row of the figure in {doc}`07_next_steps`.

# %% tags=["remove-input"]
notebook.table(step_tables.chroma_table(chroma.described(study.store)))

# %% [markdown]
# ## Facts about the recording
#
# Tempo, key and metre were annotated by others; the year is that of the release that a shop sells. None of them comes from the pictures.

# %% tags=["remove-input"]
notebook.say(step_tables.details(steps, metadata.STEP))

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Tempo, key, metre and year beside the sound, against the sound alone: change in right answers by genre.", "name": "fig-step-facts"}, "image": {"alt": "Ten rows, one a genre, sorted: a mark for the change in right answers with its interval around a line at zero, filled where the interval does not hold zero."}}
step_details.genres(by_genre.of_comparison(study, metadata.STEP.comparisons[1]))

# %% [markdown]
# The name of the artist is a fact, too. Where the artists of the test tracks were heard in training, it adds much; where they are kept apart, the same columns take something away. Both figures are about the same features.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "The artist's name beside the sound, artists shared by training and test: change in right answers by genre, mean over three seeds.", "name": "fig-step-artist-shared"}, "image": {"alt": "Ten rows, one a genre, sorted: a mark for the change in right answers with its interval around a line at zero, filled where the interval does not hold zero."}}
step_details.genres(by_genre.of_comparison(study, metadata.STEP.comparisons[3]))

# %% tags=["remove-input"] mystnb={"figure": {"caption": "The same with artists kept apart.", "name": "fig-step-artist-apart"}, "image": {"alt": "Ten rows, one a genre, sorted: a mark for the change in right answers with its interval around a line at zero, filled where the interval does not hold zero."}}
step_details.genres(by_genre.of_comparison(study, metadata.STEP.comparisons[2]))

# %% [markdown]
# ## Attention over time

# %% tags=["remove-input"]
notebook.say(step_tables.details(steps, attention.STEP))

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Attention over time in VGG16's head, against the plain mean: change in right answers by genre.", "name": "fig-step-attention"}, "image": {"alt": "Ten rows, one a genre, sorted: a mark for the change in right answers with its interval around a line at zero, filled where the interval does not hold zero."}}
step_details.genres(by_genre.of_comparison(study, attention.STEP.comparisons[0]))

# %% [markdown]
# What does it listen to? The same networks were trained once more, where Keras runs on JAX, and kept long enough to ask. {numref}`fig-attention` shows the first track of three genres.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "The first track of three genres as a picture, and below it the weight that attention gives to each moment, by the network of the fold that tests the track. At the dashed line all moments would weigh the same.", "name": "fig-attention"}, "image": {"alt": "Three pictures of tracks, frequency against time, each above a stepped line of weights around one."}}
step_details.moments(attention.load_shown(study.store.root))

# %% tags=["remove-input"]
notebook.say(explanation_tables.moments_statement(attention.load_weights(study.store.root)))

# %% [markdown]
# So the network does choose, and is not shown to be right more often for it.

# %% [markdown]
# ## A small transformer

# %% tags=["remove-input"]
notebook.say(step_tables.details(steps, transformer.STEP))

# %% tags=["remove-input"] mystnb={"figure": {"caption": "A small transformer on patches, against the CNN: change in right answers by genre, mean over seeds.", "name": "fig-step-transformer"}, "image": {"alt": "Ten rows, one a genre, sorted: a mark for the change in right answers with its interval around a line at zero, filled where the interval does not hold zero."}}
step_details.genres(by_genre.of_comparison(study, transformer.STEP.comparisons[0]))

# %% [markdown]
# ## A graph of tracks
#
# Each track is tied to those whose statistics are near its own, and labels spread along the ties {cite:p}`zhou2004`. In one row, tracks of one artist are tied as well: that takes to know who plays, but not what.

# %% tags=["remove-input"]
notebook.say(step_tables.details(steps, graph.STEP))

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Edges between tracks of one artist, against the same graph without them: change in right answers by genre.", "name": "fig-step-graph"}, "image": {"alt": "Ten rows, one a genre, sorted: a mark for the change in right answers with its interval around a line at zero, filled where the interval does not hold zero."}}
step_details.genres(by_genre.of_comparison(study, graph.STEP.comparisons[1]))

# %% [markdown]
# ## What this shows and what it does not
#
# The page shows what these steps change on GTZAN with artists apart, save one row that shares them as a warning. Other views were given to logistic regression and to the CNN, each with one seed. One small transformer with two settings is not all that attention can do; it says how far one gets from scratch with this many tracks.

# %% [markdown]
# ## Check yourself
#
# **Tempo, key, metre and year alone tell much more than the same facts dealt out to other tracks. What would it have meant, had both been equally good?**
#
# ```{dropdown} Answer
# That the gain does not come from the facts, but from something that any columns would bring: a fault of the method.
# ```
#
# **Ties between tracks of one artist help the graph, and the artist's name as a column does not help regression. How can both be true?**
#
# ```{dropdown} Answer
# With artists apart, the test artist's name is new, so that a column for it was never trained. In the graph its tracks, none of them labelled, are judged together, and their errors average out.
# ```
