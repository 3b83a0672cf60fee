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
# # Ceilings and contamination
#
# *Level: first steps; no mathematics. Reading time: about {sub-ref}`wordcount-minutes` minutes.*
#
# ```{admonition} On this page
# :class: tip
# You learn
# - how high a score on GTZAN can honestly be, by its labels;
# - what people reach on such a task, and why that is no ceiling;
# - how much of a high score may come from what a network heard before it met GTZAN.
# ```
#
# A score says little without its floor and its ceiling. The floor is a guess. The ceiling is lower than it seems. And between the two stand systems that did not start from nothing.

# %% tags=["parameters", "remove-cell"]
data = "gtzan-archive"
records = ""
protocol = "artist_cv"
variant = "tuned"
seed = 0

# %% tags=["hide-input"]
from mgc.datasets import facts
from mgc.datasets.artists import track_credits
from mgc.datasets.gtzan import gtzan_table
from mgc.display import formats, notebook, system_tables
from mgc.display.figures import literature_plots
from mgc.display.glue import ARTISTS, CEILINGS, INVENTORY, LITERATURE, TRACKS, Glue
from mgc.evaluation import open_table, outside
from mgc.records.study import open_study

# The page is about all of GTZAN, whatever data the other chapters were built on.
study = open_study("gtzan-archive", protocol="fault_filtered", variant="tuned")
known = open_table.systems(study)
systems = [row for row in known if row.protocol == "fault_filtered"]
table = open_table.open_table(systems).set_index("system")

# %% tags=["remove-input"]
ceiling = facts.ceilings()
inventory = facts.gtzan_faults().set_index("kind")["count"]
tracks = gtzan_table().set_index("track_id")
copies = tracks[tracks["identical_to"] != ""]
apart = copies[copies["genre"] != tracks.loc[copies["identical_to"], "genre"].to_numpy()]
certain, contested = inventory["conspicuous mislabelings"], inventory["contentious mislabelings"]
glue = Glue(INVENTORY)
glue.many(
    {
        "c14_conspicuous": formats.count(certain),
        "c14_contentious": formats.count(contested),
        "c14_low": formats.percent(1 - (certain + contested) / len(tracks), 1),
        "c14_high": formats.percent(1 - certain / len(tracks), 1),
    }
)
glue("c14_labels", formats.percent(ceiling["labels"], 1), CEILINGS)
glue("c14_people", formats.percent(ceiling["people"]), CEILINGS)
glue("c14_copies", formats.count(len(copies)), TRACKS)
glue("c14_copies_apart", formats.count(len(apart)), TRACKS)

# %% [markdown]
# ```{admonition} To remember
# :class: important
# A perfect score on GTZAN would be a bad sign, since its labels do not allow one. And a network that learned elsewhere may have heard the test before.
# ```
#
# ## What the labels allow
#
# {cite:t}`sturm2013` listened to all of GTZAN. He calls {glue:text}`c14_conspicuous` labels conspicuously wrong and {glue:text}`c14_contentious` more contentious. Who hears well loses on these tracks. If all of the first are lost and none of the others, {glue:text}`c14_high` can be reached; if all of both are lost, {glue:text}`c14_low`. Sturm estimates <q class="claim">{glue:text}`c14_labels`</q> for a system that hears as one should.
#
# One proof needs no ears. {glue:text}`c14_copies` tracks are the same file as another one, and in {glue:text}`c14_copies_apart` of these pairs the two labels differ. Whatever answers twice alike is wrong once.
#
# A score above the ceiling is possible all the same: faults repeat. A wrong label that stands on a copy, on an album, on an artist in training and test alike can be learned, and then it counts as right. So a score near the ceiling is a reason to look for what was learned. The fault-filtered split leaves out many faulty tracks, and its ceiling should be higher; by how much nobody has said.
#
# ## What people reach
#
# {cite:t}`dong2018` gives <q class="claim">{glue:text}`c14_people`</q> as what people reach when they choose among ten genres. The figure goes back to a listening study with clips of three seconds {cite:p}`gjerdingen2008`, which already the paper that presented GTZAN set beside its own result {cite:p}`tzanetakis2002`. It is no figure about GTZAN: other clips, shorter ones, and other genres. It measures how far listeners agree with what a record shop calls a piece, which is what a label is. Nobody, to our knowledge, has asked people about all of GTZAN.
#
# So *better than people* is not to be had from these figures, and *as good as people* neither. They raise a doubt. If people who know the music agree with a shop so far and no further, a system that agrees much more may have learned the shop's habits. It may also have heard more, since its clips are longer.

# %% tags=["remove-input"]
taught = system_tables.taught_figures()
others, alone = taught[taught["taught"]], taught[~taught["taught"]]
best = table[table["outside"] == ""]["accuracy"]
glue = Glue(LITERATURE)
glue.many(
    {
        "c14_n_taught": formats.count(len(others)),
        "c14_taught_least": formats.percent(others["accuracy"].min() / 100),
        "c14_taught_most": formats.percent(others["accuracy"].max() / 100),
        "c14_taught_best": others.loc[others["accuracy"].idxmax(), "system"],
        "c14_alone_most": formats.percent(alone["accuracy"].max() / 100),
    }
)
published = [record for row in systems for record in row.records if record.fit_id]
own_best = [record for row in systems if row.title == best.idxmax() for record in row.records]
glue("c14_own_best", formats.percent(best.max()), own_best)

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Between guess and ceiling, on the fault-filtered split. Dots: scored for this book, with 95 % intervals over artists. Squares: published figures. Filled: learned from GTZAN alone. Hollow: learned elsewhere, too.", "name": "fig-ceilings"}, "image": {"alt": "Dot plot of accuracies on the fault-filtered split, of systems that learned from GTZAN alone and of systems that learned elsewhere, with dashed lines for a guess, for people and for what the labels allow."}}
literature_plots.between(table.reset_index(), taught, ceiling)

# %% [markdown]
# ## What others heard before
#
# Of the systems whose results on this split are published, {glue:text}`c14_n_taught` learned elsewhere first. They reach <q class="claim">{glue:text}`c14_taught_least`</q> to <q class="claim">{glue:text}`c14_taught_most`</q> ({glue:text}`c14_taught_best`). Those that learned from GTZAN alone reach <q class="claim">{glue:text}`c14_alone_most`</q>, and the best such model of this book {glue:text}`c14_own_best`. At least four things may be in that gap. Two have nothing to do with what was heard before: what a system reads (ours pictures of low resolution, the others audio), and how it is built and how large it is. The other two have.
#
# **The same recordings.** A split keeps test tracks out of training. It cannot keep them out of what a network heard years before. GTZAN is made of records that were sold: a published search by audio fingerprint {cite:p}`doh2023` found the recordings of {glue:text}`c14_matched` of the {glue:text}`c14_tracks` tracks among music on sale. The Million Song Dataset {cite:p}`bertin2011` and AudioSet {cite:p}`gemmeke2017` were taken from music and videos that anybody could get. Nobody has published which of GTZAN's recordings are in them, and we cannot tell from here.
#
# **The same question.** The labels of AudioSet name genres of music among other sounds. The Million Song Dataset comes with tags that listeners gave. A network that was taught these was taught genres, by many more examples than GTZAN has.

# %% tags=["remove-input"]
tagged = outside.among_tagged(systems)
row = tagged.set_index("system")
word, regressed = "MusiCNN tags at their word", "MusiCNN tags + logistic regression"
only_gtzan = tagged[tagged["outside"] == ""]
credited = track_credits().values()
matched = sum(bool(credit.recording) for credit in credited)
glue = Glue("book/records/systems", published)
glue.many(
    {
        "c14_n_tags": formats.count(len(outside.GENRE_TAGS)),
        "c14_tagged": formats.count(row.loc[word, "n_tracks"]),
        "c14_word": formats.percent(row.loc[word, "accuracy"]),
        "c14_word_interval": formats.interval(row.loc[word, "low"], row.loc[word, "high"]),
        "c14_word_all": formats.percent(table.loc[word, "accuracy"]),
        "c14_regressed": formats.percent(table.loc[regressed, "accuracy"]),
        "c14_best_alone": formats.percent(only_gtzan["accuracy"].max()),
    }
)
glue("c14_matched", formats.count(matched), ARTISTS)
glue("c14_tracks", formats.count(len(credited)), ARTISTS)

# %% [markdown]
# The last can be measured. MusiCNN {cite:p}`pons2019` learned to tag the Million Song Dataset. Of its tags, {glue:text}`c14_n_tags` are genres of GTZAN by name: blues, country, hip-hop, jazz, metal, pop and rock. Its makers published what it says of the fault-filtered tracks of GTZAN. We take it at its word: of these tags, the one with the highest mean over the track is the answer. No track of GTZAN was used for anything, neither to train nor to choose.
#
# On the {glue:text}`c14_tagged` test tracks of these genres it names the right one of {glue:text}`c14_word` (95 % interval {glue:text}`c14_word_interval`). The best model of the book that learned from GTZAN alone names {glue:text}`c14_best_alone` when it may choose among the same genres only.

# %% tags=["remove-input"]
notebook.table(
    system_tables.tagged_rows(tagged),
    "Test tracks of the genres that are tags; each system chooses among these genres",
)

# %% [markdown]
# On all ten genres, of which it has no word for three, MusiCNN at its word names {glue:text}`c14_word_all`; with logistic regression on all its tags, fitted to the training part of GTZAN, {glue:text}`c14_regressed`. That regression was taken as it comes; {doc}`10_network` has one whose form was chosen, and which names more of the same tracks. So a large part of what such a system scores on GTZAN it brought along. Whether it knew the music or the recordings, this measurement does not tell.
#
# ## What follows
#
# - A network that learned elsewhere is a fair answer to the question how well music can be told apart. It is no answer to the question what can be learned from GTZAN. A table that mixes the two compares libraries, not methods; so {doc}`13_your_system` has a column for it.
# - Outside data cannot be undone by a split. Who uses a network that learned elsewhere says what it heard, or that nobody knows.
# - VGG16 in this book learned from photographs. It may have seen record covers, but it heard no music. What its weights are worth is another question, and {doc}`04_models` asks it.
# - Nothing here says that a published figure is wrong. Each was measured as its authors say. What is missing is a test whose music is newer than every collection: that is what would tell knowledge from memory.

# %% [markdown]
# ## Check yourself
#
# **A system scores above what the labels allow. What would you look for?**
#
# ```{dropdown} Answer
# For what it learned beside music: copies, artists or albums on both sides of the split, pieces of one recording on both sides, wrong labels that repeat.
# ```
#
# **A network learned from outside music and is tested by artist folds. Are its test artists new to it?**
#
# ```{dropdown} Answer
# Nobody knows. The folds keep the artists of GTZAN's own parts apart. They cannot keep them out of a collection that the network heard years before.
# ```

# %% [markdown]
# ## Read on
#
# - {cite:t}`sturm2013` counts the faults of GTZAN and what they do to five systems.
# - {cite:t}`gjerdingen2008` let people name genres from fractions of a second.
# - {cite:t}`pons2019` describe MusiCNN and share it.
