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
# # What more music would do
#
# *Level: some statistics, which {doc}`05_comparison` explains. Reading time: about {sub-ref}`wordcount-minutes` minutes.*
#
# ```{admonition} On this page
# :class: tip
# You learn
# - how accuracy grows with the music that a model learns from;
# - whether tracks or artists are missing;
# - what a doubling is worth to the CNN and to three other models.
# ```
#
# *The networks on this page are those that {doc}`04_models` calls tuned. {doc}`24_why_cnn` shows what more trials gave, above all to the CNN.*
#
# No network of this book is shown to be better than logistic regression on the same pictures ({doc}`05_comparison`). Is that the end of what they can learn, or are there too few songs? One cannot make more GTZAN. But one can take some away, and look how much is lost.

# %% tags=["parameters", "remove-cell"]
data = "gtzan-archive"
records = ""
protocol = "artist_cv"
variant = "tuned"
seed = 0

# %% tags=["hide-input"]
from mgc.display import formats, learning_text, notebook
from mgc.display.figures import learning_plots
from mgc.display.glue import ARTISTS, Glue
from mgc.evaluation import learning
from mgc.records.study import open_study

# The fits were made for this page, on all of GTZAN, whatever data the other
# chapters were built on.
study = open_study("gtzan-archive", protocol="artist_cv", variant="tuned")
fits = learning.fits(study)
table = learning.curves(study, fits)
changes = learning.changes(study, fits)
glue = Glue(ARTISTS, study.edition_record)

# %% tags=["remove-input"]
halves = table[table["share"] == 50].groupby("kind")[["tracks", "artists"]].mean()
whole = table[table["share"] == 100][["tracks", "artists"]].mean()
glue.many(
    {
        "c23_tracks": formats.count(whole["tracks"]),
        "c23_artists": formats.count(whole["artists"]),
        "c23_half": formats.count(halves.loc["tracks", "tracks"]),
        "c23_half_tracks": formats.count(halves.loc["tracks", "artists"]),
        "c23_half_artists": formats.count(halves.loc["artists", "artists"]),
    }
)

# %% [markdown]
# ```{admonition} To remember
# :class: important
# A curve that still rises at its end asks for more data. And count what is independent: as many tracks of more artists teach more than tracks of the same ones.
# ```
#
# ## Two ways to take music away
#
# Each fold of the headline protocol trains on about {glue:text}`c23_tracks` tracks of {glue:text}`c23_artists` artists. For this page models were fitted again on a half and on a quarter of the tracks of each genre, in two ways. Either tracks are drawn one by one: then {glue:text}`c23_half` tracks are left, of {glue:text}`c23_half_tracks` artists. Or whole artists are drawn, until as many tracks are left: then there are {glue:text}`c23_half_artists`. The tracks that validate and test stay the same, and so do the recipes. A network takes as many steps as before, so that it meets each track more often where there are fewer; it does not simply train for a shorter time.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Right answers under the artist folds against the tracks (above) and the artists (below) that a model learned from, on logarithmic axes, with 95 % intervals over artists; one seed. The rightmost marks are all that GTZAN has.", "name": "fig-learning"}, "image": {"alt": "Two panels with lines for four models. Accuracy against the number of training tracks above, against the number of training artists below; a quarter, a half and all of them."}}
learning_plots.curves(table)

# %% [markdown]
# ## What a doubling is worth
#
# The table compares each model with itself, on the same test tracks. Twice the tracks, or twice the artists: fitted on all, against fitted on half. The last column has as many tracks on both sides, drawn one by one against drawn artist by artist, so that the two differ in the number of artists alone.

# %% tags=["remove-input"]
notebook.table(
    learning_text.changes_table(changes),
    "Gain in right answers (95 % interval)",
)

# %% tags=["remove-input"]
notebook.say(learning_text.statement(changes))

# %% [markdown]
# ## What this shows and what it does not
#
# The page shows how four models do with less of the same music, with one seed each, and one draw of what is left out. It does not show where the curves would end with more: a straight line on such an axis is a habit, not a law. The recipes were chosen for all tracks; other settings may suit a quarter better. And twice the artists of GTZAN would be more of the music that GTZAN holds, from the same years and shelves.

# %% [markdown]
# ## Check yourself
#
# **Half of the tracks are left in both ways. Why may the model lose more where whole artists go?**
#
# ```{dropdown} Answer
# It hears fewer voices, instruments and studios. Two songs of one artist say much of the same; the test asks about artists that were never heard.
# ```
#
# **With a quarter of the tracks a network still takes as many steps. What would be confused, did it take a quarter of them?**
#
# ```{dropdown} Answer
# Less music with less training. A network that stops early does worse for that alone.
# ```
