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
# # Dataset
#
# *Level: first steps; no mathematics. Reading time: about {sub-ref}`wordcount-minutes` minutes.*
#
# ```{admonition} In this chapter
# :class: tip
# You learn
# - what GTZAN is and what the report says about it;
# - which of its faults are known, and which way they move scores;
# - which three kinds of data this book runs on;
# - what the clips that come with the book sound like.
# ```
#
# ## GTZAN
#
# The report chooses GTZAN, the collection that {cite:t}`tzanetakis2002` made for the paper that founded this field. It has ten genres of equal size, and no other public collection has more published figures on genre recognition {cite:p}`sturm2013`. Nobody cleared the recordings for sharing, so this project contains none of them. It contains a table of facts about each track instead: checksum, place in a published split, and whether another track is the same file.

# %% tags=["parameters", "remove-cell"]
data = "gtzan-archive"
records = ""
protocol = "artist_cv"
variant = "tuned"
seed = 0

# %% tags=["hide-input"]
import pandas as pd

from mgc.datasets import facts
from mgc.datasets.artists import track_credits
from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.tracks import label
from mgc.display import dataset_tables, formats, notebook
from mgc.display.demo_clips import players
from mgc.display.figures import feature_plots, style
from mgc.display.glue import ARTISTS, LITERATURE, TRACKS, Glue
from mgc.evaluation.crossing import crossing, fault_filtered_parts
from mgc.records.study import open_study

style.use_style()
study = open_study(
    data,
    records=records,
    protocol=protocol,
    variant=variant,
    seeds=seed,
)
edition, heard = study.edition_record, study.with_audio().edition_record
gtzan, known = gtzan_table(), track_credits()
by_fault = fault_filtered_parts()
glue = Glue(TRACKS)

# %% [markdown]
# The figure that matters shows who plays. A genre looks like a hundred tracks, but in some genres a few artists fill most of them.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "The tracks of each genre in the order of their numbers, coloured by artist group. Grey: groups of fewer than four tracks. Gaps: nobody knows. At the right: known groups of the genre.", "name": "fig-artists"}, "image": {"alt": "Ten rows of a hundred tracks. Blues is nine long blocks of one colour each; disco and country are mostly small grey groups; pop, reggae, hip-hop and rock have long runs of one artist."}}
feature_plots.artist_map([known[name] for name in sorted(known)])

# %% [markdown]
# ```{admonition} To remember
# :class: important
# GTZAN is large in tracks and small in artists: {glue:text}`c2_groups` groups stand behind its {glue:text}`c2_tracks` tracks. Whoever lets an artist train and be tested measures memory along with hearing.
# ```

# %% [markdown]
# The table of facts begins like this:

# %% tags=["remove-input"]
notebook.table(gtzan.head(3), "The first rows of the table of facts")

# %% tags=["remove-input"]
per_genre = gtzan.groupby("genre").size()
split = pd.crosstab(gtzan["genre"], gtzan["fault_filtered"].replace("", "left out"))
double = gtzan[gtzan["identical_to"] != ""]
across = double[double["genre"] != double["identical_to"].str.split(".").str[0]]
copies = [f"{track.track_id} = {track.identical_to}" for track in across.itertuples()]
glue.many(
    {
        "c2_tracks": formats.count(len(gtzan)),
        "c2_genres": formats.count(len(per_genre)),
        "c2_balanced": "equal" if len(set(per_genre)) == 1 else "unequal",
        "c2_hours": formats.number(len(gtzan) * 30 / 3600, 1),
        "c2_double": formats.count(len(double)),
        "c2_across": formats.listing(copies),
        "c2_train": formats.count(split["train"].sum()),
        "c2_valid": formats.count(split["valid"].sum()),
        "c2_test": formats.count(split["test"].sum()),
        "c2_left_out": formats.count(split["left out"].sum()),
    }
)

# %% [markdown]
# ### What the report says
#
# | The report | What we find |
# |---|---|
# | <q class="claim">1,000 tracks, 100 per genre</q> | True: the table has {glue:text}`c2_tracks` tracks in {glue:text}`c2_genres` genres of {glue:text}`c2_balanced` size. |
# | <q class="claim">~8.3 hours</q> | True: {glue:text}`c2_hours` hours, if each track counts as thirty seconds. |
# | <q class="claim">WAV, 22,050 Hz, 16-bit, mono</q> | Nearly: the collection was published as .au files; the .wav copies hold the same samples. Lengths differ by fractions of a second ({doc}`03_features` measures them). |
# | <q class="claim">30 seconds each</q>, no corrupted files left | One file, jazz.00054, cannot be read in the copy on Kaggle. |
# | Each track is a sample of its own | False: {glue:text}`c2_double` tracks repeat an earlier one, byte for byte. Where the labels differ, one must be wrong: {glue:text}`c2_across`. |
# | "Diverse" | Partly: a few artists fill much of some genres, as the next section shows. |
# | The code uses it | False: the code draws random numbers ({doc}`01_objective`). |
#
# ## Known faults
#
# {cite:t}`sturm2012` and {cite:t}`sturm2013` listened to the whole collection and identified most of the recordings. This is what was found:

# %% tags=["remove-input"]
faults = facts.gtzan_faults()[["kind", "count", "example"]]
notebook.table(
    faults.rename(columns={"count": "tracks"}), "Faults of GTZAN as counted by Sturm (2013)"
)

# %% [markdown]
# Sturm compared recordings by ear and by acoustic fingerprint, so his count of repetitions is larger than the {glue:text}`c2_double` pairs of files that agree in every byte.

# %% [markdown]
# The faults do not all act in one direction.
#
# **Mislabelings lower the score.** A model that hears correctly is marked wrong. Sturm estimates that a perfect listener would agree with the labels in about <q class="claim">94.5 %</q> of the tracks. A score above that is a sign of learned faults, not of better hearing.
#
# **Repetitions and repeated artists raise it.** If one copy of a recording is in the training part and another in the test part, remembering is enough. The same holds, more weakly, for two songs from one album: they share singer, instruments, room and mastering. A model can learn these and never learn what reggae is. {cite:t}`flexer2007` showed how much an {term}`artist filter` takes off, and {cite:t}`sturm2014horse` calls systems that succeed in this way *horses*, after the horse Clever Hans, which seemed to do sums.
#
# ### Who plays
#
# Nothing in GTZAN's files names a performer. {cite:t}`sturm2012` identified most of them, and {cite:t}`doh2023` matched many recordings by acoustic fingerprint. Joined, they name the artists of all but {glue:text}`c2_unknown` tracks. Here an {term}`artist group` is what shares a performer or, in classical music, a composer, in either source; where the sources may be wrong, a group is made too large rather than too small. {numref}`fig-artists` shows them.

# %% tags=["remove-input"]
groups = pd.Series({name: credit.group for name, credit in known.items() if credit.known})
by_genre = groups.groupby(groups.index.str.split(".").str[0]).nunique()
crossed, heard_too = crossing(by_fault), crossing(by_fault, ("train",))
Glue(ARTISTS).many(
    {
        "c2_unknown": formats.count(len(known) - len(groups)),
        "c2_groups": formats.count(groups.nunique()),
        "c2_groups_fewest": formats.count(by_genre.min()),
        "c2_genre_fewest": label(by_genre.idxmin()).lower(),
        "c2_groups_most": formats.count(by_genre.max()),
        "c2_genre_most": label(by_genre.idxmax()).lower(),
        "c2_singer": formats.count((groups == groups["blues.00012"]).sum()),
        "c2_crossed": formats.count(len(heard_too)),
        "c2_crossed_valid": formats.count(len(crossed)),
    }
)

# %% [markdown]
# A thousand tracks are {glue:text}`c2_groups` groups, and they are spread unevenly: {glue:text}`c2_groups_fewest` in {glue:text}`c2_genre_fewest`, {glue:text}`c2_groups_most` in {glue:text}`c2_genre_most`. The tracks blues.00012 to blues.00028 are {glue:text}`c2_singer` recordings of one singer of the 1930s, Robert Johnson. Whoever shuffles the tracks puts him on both sides of any split. And whoever tests on him learns whether a model copes with one old record, not with blues. The sample is small in artists, however many its tracks.
#
# ### The fault-filtered split
#
# {cite:t}`kereliuk2015` left out tracks with known faults and divided the rest so that no artist should be on two sides. For most artists that worked. By our table of artists, {glue:text}`c2_crossed` of the test tracks share an artist group with training, and {glue:text}`c2_crossed_valid` with training or validation. Training has {glue:text}`c2_train` tracks, validation {glue:text}`c2_valid` and test {glue:text}`c2_test`; {glue:text}`c2_left_out` tracks are out. {numref}`fig-fault-filtered` shows this {term}`fault-filtered split` by genre.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "The fault-filtered split of GTZAN, genre by genre.", "name": "fig-fault-filtered"}, "image": {"alt": "Stacked bars, one a genre: tracks for training, validation and test, and tracks left out. The parts differ in size between genres."}}
feature_plots.tracks_by_genre(split[["train", "valid", "test", "left out"]])

# %% [markdown]
# ### The artist folds
#
# The {term}`artist folds` keep every group on one side: five folds of whole groups, each genre in each fold, drawn once and committed as a table. In each round one fold is tested, the next is the validation part, and the other three train. The tracks of unknown artists stay out. This is the widest honest measurement of GTZAN that we know of, since nearly all tracks are tested; the fault-filtered split stays beside it, because published figures use it. Faulty tracks are in the artist folds, and so are most tracks on which our recipes were chosen. {doc}`05_comparison` says what that does.

# %% tags=["remove-input"]
published = facts.literature().set_index(["system", "protocol"])["accuracy"] / 100
network = published["U-Net-encoder CNN 3-s segments"]
glue = Glue(LITERATURE)
glue.many(
    {
        "c2_lit_mfcc": formats.percent(published["MFCC statistics + SVM", "fault_filtered"]),
        "c2_lit_svm": formats.percent(published["SVM on hand-crafted features", "random_70_30"]),
        "c2_lit_leaky": formats.percent(network["leaky_segments"]),
        "c2_lit_clean": formats.percent(network["track_disjoint_segments"]),
    }
)

# %% [markdown]
# How much the split matters can be read in published figures. One convolutional network scored {glue:text}`c2_lit_leaky` when pieces of a track lay on both sides of the split, and {glue:text}`c2_lit_clean` when they did not. A support vector machine on hand-crafted features scored {glue:text}`c2_lit_svm` on a random split; one on {term}`MFCC` statistics scored {glue:text}`c2_lit_mfcc` {cite:p}`pons2018` on the fault-filtered split. These two read other features as well, so that not all of the gap is the split's; {doc}`05_comparison` names all sources. The word "accuracy on GTZAN" means little without the {term}`protocol`.
#
# ## Three editions, one interface
#
# This book runs on any set of tracks that looks like GTZAN. It calls such a set an {term}`edition` and knows it by the content of its files, never by its path.
#
# 1. **The embedded demo edition.** Short pieces that were composed by rule for this book, in ten styles. They ship with the package, so everything runs without a download.
# 2. **Audio in GTZAN's layout**: one folder a genre. This may be the full set or the hundred-track *mini* set that the mirdata project distributes {cite:p}`bittner2019`. `mgc data where` says how to get either; `mgc data verify` compares each file with the table of checksums.
# 3. **A spectrogram archive.** Pictures of the tracks, from which the audio cannot be heard. It serves where audio may not be shared. `mgc data pack` makes one from audio.
#
# ### What an archive keeps and what it loses
#
# The recordings of GTZAN have no known licence, so neither this book nor anybody else may pass them on. Pictures of their {term}`spectrograms <spectrogram>` are another matter, and one public set of such pictures covers all tracks but one. The published results of this book rest on it. Each track is a grey picture of 128 frequency bins, 86 Hz apart, by 496 frames, 60 ms apart: the logarithm of the power, scaled so that the track fills the range from black to white.
#
# - **Kept:** the shape of the spectrum and how it changes from frame to frame. That is what the convolutional networks look at, and what {term}`cepstra <MFCC>` are made of.
# - **Lost:** the level of the track, since each has a scale of its own; what happens faster than about eight times a second; the distance between neighbouring notes, except in the top octaves of a piano; phase.
# - **Not to be had from it:** chroma, tempo finer than its frames, statistics of linear power, and sound.
#
# So the models get less than the report gave them on paper. From the pictures come 128 by 496 spectrograms, scaled as each network asks ({doc}`04_models`); sequences of 13 cepstra of 40 mel bands; and for the MLP the mean, standard deviation, minimum and maximum of these cepstra and their two derivatives, 156 columns instead of 228. The pictures of 38 jazz tracks were drawn by another version of a plotting library and were brought to the same form; whoever finds jazz suspiciously easy should look there first.
#
# The mini set, a hundred tracks with their audio, is the second published edition. It shows what audio adds: all the statistics of {doc}`03_features`, mel bands and levels, on few tracks.
#
# ### The edition of this build

# %% tags=["remove-input"]
glue = Glue(edition, heard)
glue.many(
    {
        "c2_edition": edition.name,
        "c2_hash": edition.content_hash[:8],
        "c2_edition_tracks": formats.count(edition.n_tracks),
        "c2_minutes": formats.count(heard.tracks["duration_s"].sum() / 60),
        "c2_heard": heard.name,
        "c2_heard_tracks": formats.count(heard.n_tracks),
    }
)

# %% [markdown]
# This build used the edition **{glue:text}`c2_edition`** (content hash {glue:text}`c2_hash`): {glue:text}`c2_edition_tracks` tracks. The audio that {doc}`03_features` measures is that of **{glue:text}`c2_heard`**: {glue:text}`c2_heard_tracks` tracks, {glue:text}`c2_minutes` minutes.

# %% tags=["remove-input"]
notebook.say(*dataset_tables.about_tracks(edition))

# %% [markdown]
# The mini set deserves a warning. It takes the lowest track numbers of each genre. Neighbours in GTZAN often come from one artist; its ten blues tracks are all by the same one. No split can undo that. Scores on it are optimistic, and they rest on few tracks.
#
# ## Listen
#
# These are clips of the embedded demo edition, one for each genre. No musician played them. Rules chose chords, bass lines, drum patterns and tempo, and a set of sampled instruments rendered the notes. Each style has three invented "artists" with habits of their own: favourite keys, instruments and tempos.

# %% tags=["remove-input"]
notebook.Html(players())

# %% [markdown]
# The clips are good for trying out the whole chain and for hearing what a feature reacts to. They are sketches of styles. A score on them says nothing about recorded music.
#
# ## What this shows and what it does not
#
# It shows that the report describes GTZAN's size and format correctly and passes over its faults, which were published years before. It shows which of them a split can mend (repetitions, artists) and which it cannot (wrong labels).
#
# It does not show that ten genres of equal size are a good model of music. Real collections are uneven, most tracks fit several genres, and listeners disagree. None of the numbers in this book speak about that.

# %% [markdown]
# ## Check yourself
#
# **A model scores higher under a random split than with artists kept apart. Has it learned more about genres?**
#
# ```{dropdown} Answer
# No. It is the same model with the same skill. Under the random split it meets artists, albums and even recordings that it has heard in training, and there remembering helps.
# ```
#
# **Why should a score close to perfect on GTZAN make you suspicious?**
#
# ```{dropdown} Answer
# Some labels are wrong. A listener who hears correctly disagrees with them, so whoever agrees with nearly all has learned the faults, too.
# ```

# %% [markdown]
# ## Exercises
#
# **1.** A random split puts seven of ten tracks into training, and divides the rest between validation and test. How many of the pairs that are the same file does it put on both sides of the line between training and test, on average? Work it out, then draw some splits.

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show the solution", "code_prompt_hide": "Hide the solution"}
from mgc.datasets.protocols import TEST_SHARE, VALID_SHARE, make_split

pairs = double[["track_id", "identical_to"]].apply(frozenset, axis=1).drop_duplicates()
expected = 2 * (1 - TEST_SHARE - VALID_SHARE) * TEST_SHARE * len(pairs)
drawn = []
for number in range(20):
    ids = list(gtzan["track_id"])
    (fold,) = make_split("random", ids, gtzan["genre"], [""] * len(ids), number).folds
    side = {ids[example]: "train" for example in fold.train}
    side |= {ids[example]: "test" for example in fold.test}
    sides = ({side.get(name) for name in pair} for pair in pairs)
    drawn.append(sum(both == {"train", "test"} for both in sides))
notebook.say(
    "The first of a pair falls into training and the second into the test, or the"
    " other way round. Of"
    f" {formats.count(len(pairs))} pairs that gives {formats.number(expected, 1)} on"
    " average. Twenty"
    f" splits gave {formats.number(sum(drawn) / len(drawn), 1)}, from {min(drawn)} to"
    f" {max(drawn)}."
    " These are only the files that agree in every byte; other copies come on top."
)

# %% [markdown]
# **2.** From which genre does the fault-filtered split take the most? What may that do to the score of the genre?

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show the solution", "code_prompt_hide": "Hide the solution"}
kept = split.drop(columns="left out").sum(axis=1) / split.sum(axis=1)
notebook.say(
    f"From {label(kept.idxmin())}: {formats.percent(kept.min())} of its tracks are"
    " left, against"
    f" {formats.percent(kept.max())} of {label(kept.idxmax())}. With fewer tracks to"
    " learn from, its"
    f" score may be lower. It still has {split.loc[kept.idxmin(), 'test']} test"
    " tracks; the fewest has"
    f" {label(split['test'].idxmin())}, {split['test'].min()}, and its score is the"
    " least certain."
)

# %% [markdown]
# ## Further reading
#
# - {cite:t}`sturm2013` lists every fault of GTZAN that was found by ear. It is the paper to read before using the collection.
# - {cite:t}`flexer2007` measures what it is worth to know the artist.
# - {cite:t}`kereliuk2015` made the split that this book relies on.
