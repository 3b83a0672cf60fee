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
# # Next steps: training, testing and research
#
# *Level: some statistics, which {doc}`05_comparison` explains. Reading time: about {sub-ref}`wordcount-minutes` minutes.*
#
# ```{admonition} On this page
# :class: tip
# You learn
# - whether it pays to learn from music without labels, to learn families of genres first, or to let artists count alike;
# - what is left of a model in noise, over a telephone, for newer music and for rare artists;
# - what an answer of a network rests on;
# - how networks learn in many places, in turns, and from music elsewhere.
# ```
#
# *The networks on this page are those that {doc}`04_models` calls tuned. {doc}`24_why_cnn` shows what more trials gave, above all to the CNN.*
#
# {doc}`07_next_steps` has the steps of the report in one figure. Here are those about training, testing and research, one by one: what is asked, in what step and control differ, what is fitted, and what came out.
#
# Step and control are meant to differ in one thing. Of the rows of this page, more differs in {glue:text}`c22_two_machines`: fits made with JAX, on a graphics card, stand there beside fits made with TensorFlow on a processor. {doc}`24_why_cnn` has the control, the same recipes on both. And MusiCNN differs from VGG16 in what it reads and in how it is read as well.
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
from mgc.datasets import facts
from mgc.display import (
    explanation_tables,
    formats,
    notebook,
    robustness_tables,
    step_tables,
)
from mgc.display.figures import robustness_plots, step_details
from mgc.display.glue import ARTISTS, LITERATURE, Glue
from mgc.evaluation.results import load_results
from mgc.evaluation.significance import fits_of
from mgc.experiments import (
    artists,
    by_genre,
    coarse_first,
    continual,
    contrastive,
    decades,
    degraded,
    explanations,
    federated,
    ledger,
    outside_music,
    places,
    plan,
    robustness,
)
from mgc.models import TITLES
from mgc.records.study import open_study

# The steps were measured on all of GTZAN, whatever data the other chapters were
# built on.
study = open_study("gtzan-archive", protocol="artist_cv", variant="tuned")
steps = ledger.load(study.store.root)
networks = fits_of(load_results(study).networks)
mapped = explanations.load(study.store.root)
maps = explanations.load_facts(study.store.root)
glue = Glue(f"book/records/{explanations.FILE}", f"book/records/{explanations.FACTS}")

# %% tags=["remove-input"]
glue.many(explanation_tables.numbers(mapped, maps))
heard = robustness.load(study.store.root)
sound = robustness.load_facts(study.store.root)
glue.many(robustness_tables.numbers(heard, sound), f"book/records/{robustness.FILE}")
on_page = [*plan.TRAINING, *plan.RESEARCH]
rows = step_tables.quoted(places.on_two_machines(study, on_page))
glue("c22_two_machines", rows, "book/next_steps.csv")
glue.many(step_tables.without_year(networks["vgg16"]), ARTISTS)
published = facts.literature().set_index("system")["accuracy"] / 100
glue("c22_clmr", formats.percent(published["CLMR"], 1), LITERATURE)

# %% [markdown]
# ```{admonition} To remember
# :class: important
# The largest gain on this page comes from a network that heard other music. What is learned later overwrites what was learned before, unless some of it is kept. And a model that is good on average may fail an artist every time.
# ```

# %% [markdown]
# ## Two crops of one song
#
# Contrastive pretraining asks no genre. A network is shown two crops of each of many tracks and learns to say which belong together {cite:p}`chen2020,spijkervet2021`. What it learned is used in two ways here: as the place from which the CNN begins its own training, and as features that a simple read-out is fitted on, told the genre of few tracks or of many.

# %% tags=["remove-input"]
notebook.say(step_tables.details(steps, contrastive.STEP))

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Right answers of logistic regression on what the CNN's convolutions say, pretrained without labels or random, against the tracks whose genre is told; 95 % intervals over artists, one seed.", "name": "fig-step-contrastive"}, "image": {"alt": "Two lines of accuracy against the number of labelled training tracks, on a logarithmic axis, with bands for their intervals."}}
step_details.read_outs(contrastive.read_outs(study))

# %% [markdown]
# Two things are worth a second look. Random convolutions are the control of the read-outs, and they do well: much of what a picture says of its genre passes through filters of any kind, and regression finds it. And the CNN that begins from pretrained weights was trained for twice as long in all as the one that begins from nothing. So there is a further control: a CNN that spends all of that time on labels. Against it pretraining gains nothing; if anything, it loses. What looked like a gain of pretraining was one of time, which {doc}`24_why_cnn` follows.
#
# The literature has a figure for learning music without labels: CLMR {cite:p}`spijkervet2021` is quoted at <q class="claim">{glue:text}`c22_clmr`</q> under the fault-filtered split. It had learned from other and far more recordings, so that no fit on GTZAN alone compares with it, and none was made under that split.

# %% [markdown]
# ## A family of genres first

# %% tags=["remove-input"]
notebook.say(step_tables.details(steps, coarse_first.STEP))

# %% tags=["remove-input"] mystnb={"figure": {"caption": "A family of two genres first and then one of them, against all ten at once: change in right answers by genre.", "name": "fig-step-coarse"}, "image": {"alt": "Ten rows, one a genre, sorted: a mark for the change in right answers with its interval around a line at zero, filled where the interval does not hold zero."}}
step_details.genres(by_genre.of_comparison(study, coarse_first.STEP.comparisons[0]))

# %% [markdown]
# ## Noise, and a telephone
#
# First it is the pictures that are degraded, and not sound: to each cell of a picture the power of noise is added, or rows outside a telephone's band are emptied. Columns can be scaled anew by tracks of the new domain that nobody has labelled; here validation tracks serve for that.

# %% tags=["remove-input"]
notebook.say(step_tables.details(steps, degraded.STEP))

# %% tags=["remove-input"]
clean = study.store.steps.find(model="logistic_picture", seed=0)
(plain,) = (fit for fit in clean if fit.config["recipe"].get("left_out") == "")
notebook.table(
    step_tables.degraded_table(study.store.steps, plain),
    "Degraded pictures; those in noise with the noise that was drawn first",
)

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Columns scaled anew for pictures in noise, against the scale of training: change in right answers by genre.", "name": "fig-step-noise"}, "image": {"alt": "Ten rows, one a genre, sorted: a mark for the change in right answers with its interval around a line at zero, filled where the interval does not hold zero."}}
step_details.genres(by_genre.of_comparison(study, degraded.STEP.comparisons[0]))

# %% [markdown]
# ### Degraded sound
#
# What a codec does to a recording is more than noise in a picture. So the audio of {glue:text}`c22_sound_tracks` tracks was degraded, drawn as a picture by the archive's own rule, and given to the model of that fold which had heard neither the track nor its artist. The model is logistic regression on statistics of the pictures; no network was tried. Three ways are compared: the model as it was, the same with altered copies in its training, and the model as it was with columns scaled anew by equally degraded tracks of other folds. {numref}`fig-step-sound` shows what is left.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Right answers on real sound that was stretched, shifted, drowned in noise, stored as MP3 or cut to a telephone's band, for three ways of predicting. Thin line: sound as it is. Pale band: the 95 % interval of the model without copies. One times the tempo and no semitones are the method alone.", "name": "fig-step-sound"}, "image": {"alt": "Five panels, one a kind of degradation, with accuracy against its strength and a line for each of three ways of predicting."}}
robustness_plots.curves(heard)

# %% tags=["remove-input"]
notebook.say(robustness_tables.statement(heard))

# %% tags=["remove-input", "hide-output"] mystnb={"code_prompt_show": "Show the table", "code_prompt_hide": "Hide the table"}
notebook.table(robustness_tables.accuracies(heard), "Right answers on degraded sound")

# %% [markdown]
# Three controls could have refuted this. Sound as it is, through the same chain, gets the answer of the published picture in {glue:text}`c22_sound_same` of tracks. Sound that was stretched by nothing is named rightly in {glue:text}`c22_sound_neutral` of tracks, against {glue:text}`c22_sound_right`: the program that stretches costs little by itself. And the models were fitted again and gave the answers on record; otherwise the measurement would have stopped.
#
# The tracks are those of the mini set, in which blues, classical, reggae and rock are one artist each, so that the intervals are wide. Part of a loss is the picture's rule and not the sound: its weakest cell sets the lowest level, so that one changed cell shifts the whole picture. A telephone is its band alone here, without its codec.

# %% [markdown]
# ## Are all artists heard alike?
#
# An accuracy counts tracks, so that an artist with thirty of them counts thirty times. Counted by artist, things look different.

# %% tags=["remove-input"]
notebook.say(step_tables.details(steps, artists.STEP))

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Share of right answers of each artist with five tracks or more, by genre; the published VGG16, mean over seeds.", "name": "fig-step-artists"}, "image": {"alt": "Scatter plot with a marker for each artist, coloured by genre: right answers from none to all against the number of tracks, on a logarithmic axis."}}
step_details.artist_recalls(networks["vgg16"])

# %% tags=["remove-input"]
by_title = {TITLES[name]: networks[name] for name in networks}
notebook.table(step_tables.artists_table(by_title))

# %% [markdown]
# And does it pay for an artist to have many tracks? Those of the largest blocks are not heard better; but they are few, so that their interval leaves nearly everything open.

# %% tags=["remove-input"]
notebook.table(
    step_tables.blocks_table(networks["vgg16"]),
    "Right answers by the number of tracks of the artist; the published VGG16, mean over seeds",
)

# %% [markdown]
# ## Does it hear newer music as well?
#
# The year of the matched release is known for most tracks: of GTZAN's {glue:text}`c22_tracks`, {glue:text}`c22_no_year` have none, {glue:text}`c22_no_year_tested` of the {glue:text}`c22_tested` that are tested here among them. The figure is about the published VGG16, all seeds. Genres come and go with decades, so the sentence below compares within genres, those with twenty tracks on both sides.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Right answers by decade of the matched release, which for a reissue is too late. Decades with fewer than ten tracks, and tracks without a year, are left out.", "name": "fig-step-decades"}, "image": {"alt": "Seven marks with intervals: right answers by decade of release, from the 1950s to the 2010s, with the number of tracks below each."}}
step_details.decades(decades.by_decade(networks["vgg16"]))

# %% tags=["remove-input"]
notebook.say(step_tables.decades_statement(networks["vgg16"]))

# %% [markdown]
# ## What an answer rests on
#
# The small CNN that ships names a genre and gives no reason. Two methods say of each patch of a picture, time by frequency, how much of the answer rests on it. Occlusion replaces the patch by the mean level of its frequencies in the track, and sees how far the probability of the named genre falls {cite:p}`zeiler2014`. Integrated gradients share out the score of that genre over all cells {cite:p}`sundararajan2017`. {numref}`fig-maps` draws both.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "The first explained track of three genres: its picture, with the genre that the network names, and what the answer rests on. Violet patches speak against the genre, orange ones for it; each map has a scale of its own.", "name": "fig-maps"}, "image": {"alt": "Three rows of three panels, frequency against time: the picture of a track at the left, then the map by occlusion and the map by integrated gradients, in patches of violet and orange."}}
step_details.maps(maps)

# %% [markdown]
# A map looks convincing whether it is right or not. So all {glue:text}`c22_patches` patches are taken away in its order, step by step, and put back into an emptied picture in the same order {cite:p}`petsiuk2018`. If the map is right, the probability falls early and rises early. Two orders that know nothing of the network are the controls: a random one, and the loudest patch first. A map must also differ from that of the same network with random weights, or it shows the music and not what was learned {cite:p}`adebayo2018`.

# %% tags=["remove-input"]
notebook.table(
    explanation_tables.table_of_orders(mapped),
    "Mean probability of the named genre while patches go (low is good) and come (high is good)",
)

# %% tags=["remove-input"]
notebook.say(explanation_tables.statement(mapped))

# %% [markdown]
# The table is about {glue:text}`c22_explained` of the {glue:text}`c22_unseen` test tracks that the network has not seen, spread over all genres; the intervals count their artists. Every third track was compared with random weights. The answer that is explained is the mean over crops that do not overlap; for a few tracks, with two genres nearly as probable as each other, it is not the published one. The gap is what is reached by putting back less what is left by taking away, in points; likeness is a rank correlation. Occlusion asks what the test asks, one patch at a time, so that its larger gap is no surprise. No accuracy is compared, so this is no row of the ledger.
#
# {doc}`explorer` lays no such map over a track: it holds answers and no pictures, and has no sound but that of the demo, since nobody may pass on GTZAN's ({doc}`02_dataset`). {doc}`try` runs MusiCNN, of which no maps were made.
#
# Two things lessen what such maps can say. An emptied picture is not empty to this network: it calls {glue:text}`c22_neutral_share` of them {glue:text}`c22_neutral_genre`, and the named genre falls from {glue:text}`c22_whole_p` to {glue:text}`c22_neutral_p`. So each curve also measures how soon a picture looks strange, and only the difference from the controls counts. And the map depends on what stands for nothing. The mean level was chosen on validation tracks, since the gradients then add up to what they share out, within {glue:text}`c22_score_gap`; with a flat grey, tried on ten test tracks before, they did not.

# %% [markdown]
# ## Learning in many places
#
# Archives that may not share music can share weights. In federated averaging {cite:p}`mcmahan2017` each archive trains the shared network on its own tracks, and the mean of all weights is the next shared network.

# %% tags=["remove-input"]
notebook.say(step_tables.details(steps, federated.STEP))

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Right answers of the MLP on validation tracks, after each round in which ten archives send weights; mean over five folds.", "name": "fig-step-places"}, "image": {"alt": "Three rising lines of accuracy against rounds: one place, ten archives dealt evenly, ten archives with few genres each."}}
step_details.places(study.store.steps)

# %% [markdown]
# ## Learning in turns
#
# Five groups of artists arrive one after the other. Solid lines are about artists that nobody has heard, broken ones about the tracks of the first group. Where a broken line falls, the network forgets.

# %% tags=["remove-input"]
notebook.say(step_tables.details(steps, continual.STEP))

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Right answers of the MLP on validation tracks and on those of the first of five groups of artists, after each group; mean over five folds.", "name": "fig-step-turns"}, "image": {"alt": "Six lines of accuracy against the number of groups of artists that have come, for three ways of learning, on the first group and on artists never heard."}}
step_details.turns(study.store.steps)

# %% [markdown]
# ## A network that heard other music
#
# MusiCNN {cite:p}`pons2019` learned tags from many songs that others had labelled. It may have heard some of these tracks; {doc}`14_ceilings` asks how much that can be worth.

# %% tags=["remove-input"]
notebook.say(step_tables.details(steps, outside_music.STEP))

# %% tags=["remove-input"] mystnb={"figure": {"caption": "MusiCNN, which hears sound and whose tags logistic regression reads, against VGG16, which reads pictures and has a trained head; fault-filtered: change in right answers by genre.", "name": "fig-step-musicnn"}, "image": {"alt": "Ten rows, one a genre, sorted: a mark for the change in right answers with its interval around a line at zero, filled where the interval does not hold zero."}}
step_details.genres(by_genre.of_comparison(study, outside_music.STEP.comparisons[0]))

# %% [markdown]
# ## What this shows and what it does not
#
# The page shows what these steps change on GTZAN, with artists apart where nothing else is said. Pretraining without labels saw the training tracks of GTZAN alone, for no longer than the CNN's own training; it is meant for much more music, and for more time. Learning in many places and in turns was tried with a small MLP; the years are those of releases. It does not show how any of it would do on music that GTZAN lacks.

# %% [markdown]
# ## Check yourself
#
# **Columns are scaled anew by degraded tracks without labels. Why may these not be the test tracks?**
#
# ```{dropdown} Answer
# The mean and the spread of the test part would then enter its own prediction: what one track is called would depend on the others, which a single new track does not have.
# ```
#
# **A network has forgotten the first group of artists. Why does it also do worse on artists that it never heard?**
#
# ```{dropdown} Answer
# What it had learned about genres from those tracks went with them. Voices and styles of the first group would have helped to know others like them.
# ```
