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
# # The same networks under other protocols
#
# *Level: some statistics, which {doc}`05_comparison` explains. Reading time: about {sub-ref}`wordcount-minutes` minutes.*
#
# ```{admonition} On this page
# :class: tip
# You learn
# - how far the scores of the same networks move with the way the tracks are divided;
# - what training and test parts share under each {term}`protocol`;
# - what each step from random folds to artists kept apart is worth alone.
# ```
#
# *The networks on this page are those that {doc}`04_models` calls tuned. Where one is tuned further, its name says so.*

# %% tags=["parameters", "remove-cell"]
data = "gtzan-archive"
records = ""
protocol = "artist_cv"
variant = "tuned"
seed = 0

# %% tags=["hide-input"]
from dataclasses import replace

from mgc.datasets import facts
from mgc.datasets.splits import SEGMENTED
from mgc.display import comparison, formats, leak_tables, notebook, result_tables
from mgc.display.figures import comparison_plots
from mgc.display.glue import ARTISTS, Glue
from mgc.evaluation import leakage, rungs, transfer
from mgc.evaluation.crossing import (
    crossing,
    crossing_effect,
    crossing_excess,
    fault_filtered_parts,
)
from mgc.evaluation.results import by_protocol, load_results, second_edition, waterfall
from mgc.models import NAMES
from mgc.records.store import default_root
from mgc.records.study import open_study

study = open_study(
    data,
    records=records,
    protocol=protocol,
    variant=variant,
    seeds=seed,
)
results = load_results(study)
glue = Glue(results.groups)

# %% [markdown]
# ```{admonition} To remember
# :class: important
# How the tracks are divided can matter more than which network reads them. Ask for it before you compare two accuracies.
# ```
#
# The same networks, trained by the same recipe, are scored here under every protocol that has records. Only the division of the tracks differs, and with it how many of them train. Where tracks are cut into segments, each piece counts as one prediction. Elsewhere a whole track does, and a network that reads crops takes the mean over them. So compare segments with segments, and tracks with tracks.

# %% tags=["remove-input"]
protocols = by_protocol(study)
trained_here = result_tables.protocol_table(protocols)
with_outside = result_tables.with_shipped(trained_here, transfer.load(default_root()).record)
notebook.table(with_outside, "Accuracy and 95 % interval under each protocol")

# %% tags=["remove-input"]
notebook.say(
    "The last row stands apart. Before GTZAN that network learned from 200,000 songs, some of"
    " these artists among them perhaps, so nobody can say of it that it has never heard them;"
    " and the answers that its makers published cover this split alone."
) if len(with_outside) > len(trained_here) else None

# %% tags=["remove-input"] mystnb={"figure": {"caption": "The same networks under different protocols: accuracy with its 95 % interval.", "name": "fig-protocols"}, "image": {"alt": "Dot plot with a row for each model and a marker with an interval for each protocol."}}
networks = protocols[protocols["model"].isin(NAMES)]
comparison_plots.accuracies(networks.assign(group=networks["protocol"].map(facts.protocol_title)))

# %% tags=["remove-input"]
notebook.say(*leak_tables.leak_statements(protocols))

# %% [markdown]
# The tuned recipes train for a fixed number of batches, which shows each piece only a few times. The report's own recipe is not so sparing. An epoch shows every piece, and training goes on as long as the validation part gets better. Under leaky segments, that part leaks as well.

# %% tags=["remove-input"]
written = by_protocol(study, "as_written")
notebook.table(result_tables.protocol_table(written), "The same for the report's own recipe")

# %% tags=["remove-input"]
notebook.say("As written:", *leak_tables.leak_statements(written))

# %% [markdown]
# ## Why they differ
#
# The table counts what training and test parts share.

# %% tags=["remove-input"]
counts = leakage.repetitions(study, seed)
notebook.table(
    leak_tables.repetition_table(counts), "What the training part knows of the test part"
)

# %% [markdown]
# - **Leaky segments.** Tracks are cut into ten pieces, and the pieces are shuffled before the split. Nearly every test piece has its neighbours in the training part: same song, same singer, same mix. To name its genre, it is enough to recognise the recording. How far a network does that depends on how long it trains. Some published figures of about nine in ten were measured like this, as the table of the literature in {doc}`05_comparison` shows.
# - **Track-disjoint segments.** The same pieces, the same recipe, but the tracks are divided before they are cut. What a score loses here against leaky segments, it owed to the neighbours.
# - **Random.** Whole tracks. In GTZAN some of them are the same recording twice, and many more share an artist or an album.
# - **Fault-filtered.** Known repetitions are out, and most artists stand on one side only.
# - **Artist folds.** No artist stands on two sides, as far as anyone knows who plays. That is the question that a user asks: what genre is this, by somebody I have not heard?
#
# ## One step at a time
#
# These protocols differ in more than leakage: they train on other numbers of tracks and test on other ones. And a score for pieces cannot be set beside one for tracks: a piece has a tenth of the track to go by. To see what each step is worth alone, the next figure takes the same tracks down from random folds to artists kept apart. At each rung the same tracks are scored, those without known faults, and from the second rung on each fold trains on the same number of tracks of each genre.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "From random folds to artists kept apart, one step at a time: accuracy on the same tracks with its 95 % interval over artists, one seed.", "name": "fig-waterfall"}, "image": {"alt": "Line chart with five rungs from random folds to artists apart; one line a model, with intervals."}}
comparison_plots.waterfall(waterfall(study))

# %% [markdown]
# Two rungs test the same tracks, so a step can be measured pair by pair. The table has the change in points with its 95 % interval over artists. There is one seed of each model: another training may differ, and the intervals do not cover that.

# %% tags=["remove-input"]
steps = rungs.steps(study)
notebook.table(
    leak_tables.waterfall_table(steps), "What the steps take, in points, with 95 % intervals"
) if len(steps) else None

# %% tags=["remove-input"]
notebook.say(*leak_tables.waterfall_statements(steps))

# %% [markdown]
# ## The fault-filtered split, and artists on both sides
#
# The literature tests on the {term}`fault-filtered split`. {doc}`02_dataset` shows that some artists of its test part also train, and some others are in its validation part. Their tracks may be easier because a model has met the artist, or because they are of easy genres. So each such track is given the model's accuracy on the other test tracks of its genre: that is what its genre alone would lead one to expect. And the artists of the validation part are a control: a network never trains on them.

# %% tags=["remove-input"]
filtered = load_results(replace(study, protocol="fault_filtered"))
split = fault_filtered_parts()
trained = crossing(split, ("train",))
validated = crossing(split, ("valid",)) - trained
effects = [crossing_effect(filtered.groups, tracks) for tracks in (trained, validated)]
learn = {key: fits for key, fits in filtered.groups.items() if key != "majority"}
beyond = [crossing_excess(learn, tracks) for tracks in (trained, validated)]
glue.many(
    {
        "c17_crossed": formats.count(len(trained)),
        "c17_crossed_valid": formats.count(len(validated)),
    },
    ARTISTS,
)
notebook.table(
    result_tables.crossing_table(*effects, filtered.labels),
    "Fault-filtered: accuracy on tracks whose artists cross; in brackets, what genres alone would give",
)

# %% tags=["remove-input"]
notebook.say(*leak_tables.crossing_statements(effects[0], *beyond))

# %% [markdown]
# Of the test tracks, {glue:text}`c17_crossed` have an artist who trains, and {glue:text}`c17_crossed_valid` one who only validates.

# %% [markdown]
# ## Artists that we made up
#
# Of the demo edition we know the artists for certain: we made them up, three pieces each. There a classifier can show what an artist is worth:

# %% tags=["remove-input"]
composed = study.store.edition("demo")
effect = leakage.artist_effect(composed) if composed else None
if effect is None or effect.empty:
    worth = notebook.say("The demo edition has no record in this store.")
else:
    worth = notebook.table(
        leak_tables.artist_table(effect), "Logistic regression on the demo edition, three folds"
    )
worth

# %% [markdown]
# A classifier that hears two pieces of an artist and is asked about the third may have an easier task. The table says how much easier it was here. Composed artists do not stand for real ones.

# %% [markdown]
# ## The second edition
#
# The hundred tracks of the mini set exist with their audio. There the MLP gets all the statistics that the report lists, and the pictures have mel bands. There are few tracks, and no way to keep artists apart.

# %% tags=["remove-input"]
mini = second_edition(study)
notebook.say(comparison.about_second_edition(mini))

# %% tags=["remove-input"]
whole = protocols[~protocols["protocol"].isin(SEGMENTED)]
notebook.table(
    result_tables.editions_table(whole, by_protocol(mini)),
    "The two editions, each under its own protocols",
) if mini else None

# %% [markdown]
# ## What this shows and what it does not
#
# The page shows that the same networks score very differently when the tracks are divided differently, and, for one seed of each, how much of that is the artists alone. It does not say what a figure of a paper would be under another protocol: other features and longer training gain more or less from a leak. {doc}`12_leak` lets a single leak grow and nothing else change.

# %% [markdown]
# ## Check yourself
#
# **A paper divides pieces at random, you keep artists apart, and you measure far less. Is your network worse?**
#
# ```{dropdown} Answer
# That is not shown. Score both under one division. Only the difference that is left belongs to the networks.
# ```
#
# **Why does the waterfall keep the number of training tracks equal where size is not the step?**
#
# ```{dropdown} Answer
# Fewer tracks to learn from lower a score by themselves. If the size changed along with the artists, nobody could say which of the two made the score fall.
# ```
