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
# # Exploration, cleaning and features
#
# *Level: some mathematics: logarithms, sums, correlation. Reading time: about {sub-ref}`wordcount-minutes` minutes.*
#
# ```{admonition} In this chapter
# :class: tip
# You learn
# - how a waveform becomes a spectrogram, cepstra, chroma and a tempo, and what each shows of ten genres;
# - which numbers the models see, and whether the report's counts add up;
# - what cleaning finds in this edition;
# - how far the features separate genres before any network is trained, and how easily a picture of that deceives.
# ```
#
# Sound becomes numbers here, step by step, and at the end these numbers are put to the test.

# %% tags=["parameters", "remove-cell"]
data = "gtzan-archive"
records = ""
protocol = "artist_cv"
variant = "tuned"
seed = 0

# %% tags=["hide-input"]
import numpy as np
import pandas as pd

from mgc.datasets import quality
from mgc.display import dataset_tables, formats, notebook
from mgc.display.demo_clips import (
    composed_tempos,
    one_per_genre,
    tempo_matches,
    tempo_sentence,
)
from mgc.display.figures import feature_plots, signal_plots
from mgc.display.glue import CHAPTER, Glue
from mgc.evaluation import separability
from mgc.features.archive_picture import CLIP_COLUMNS, FREQ_HZ, N_BINS
from mgc.features.extract import N_MELS
from mgc.features.names import FEATURE_NAMES, FRAME_DESCRIPTORS
from mgc.records.study import open_study
from mgc.report.own_figures import report_arithmetic

study = open_study(
    data,
    records=records,
    protocol=protocol,
    variant=variant,
    seeds=seed,
)
edition = study.with_audio().edition_record
clips = one_per_genre()
glue = Glue(edition)

# %% [markdown]
# The figure that matters shows what the published networks saw: no sound, but grey pictures. GTZAN's own may not be shown here, so these are four clips that were composed for this book, drawn by the same rule.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Four demo clips as the published archive would hold them: linear in frequency, each from its weakest to its strongest cell.", "name": "fig-linear"}, "image": {"alt": "Four spectrograms on a linear frequency axis. Most of what is bright lies in the lowest quarter; the upper half is dim or even."}}
Glue(CHAPTER).many(
    {
        "c3_bins": formats.count(N_BINS),
        "c3_bin_hz": f"{FREQ_HZ[1]:.0f}\u00a0Hz",
        "c3_columns": formats.count(CLIP_COLUMNS),
        "c3_middle": f"{FREQ_HZ[N_BINS // 2] / 1000:.1f}\u00a0kHz",
    }
)
signal_plots.archive_pictures(clips[:4])

# %% [markdown]
# ```{admonition} To remember
# :class: important
# What looks apart in a picture of fitted data may fall together on new data. Here {glue:text}`c3_lda_fitted` of the fitted tracks lie nearest to their own genre; of the others, {glue:text}`c3_lda_unseen`. Judge a rule on tracks that it has not seen. Even that is no forecast for new music where the two halves share artists, as they do in the mini set.
# ```

# %% [markdown]
# ## Which data where
#
# No single set of tracks has everything, so this book uses several. The published networks learned from pictures of all of GTZAN. What only sound can give is measured on tracks that have sound. And what is shown or played comes from clips that may be passed on.

# %% tags=["remove-input"]
notebook.table(
    dataset_tables.uses_table(
        (
            ("the networks of most chapters", study.edition_record),
            ("tables and statistics of this chapter", edition),
            ("spectrograms, waveforms and sounds on these pages", study.store.edition("demo")),
        )
    ),
    "Which data where",
)

# %% [markdown]
# So where networks learned from pictures, they saw neither the mel-spectrograms below nor all of the statistics. {doc}`02_dataset` says what the pictures keep and what they lose. {doc}`17_protocols` has results from sound, on few tracks.

# %% [markdown]
# ## From sound to numbers
#
# ### Waveform
#
# A microphone gives air pressure over time. Stored at 22,050 Hz, thirty seconds are 661,500 numbers. Before anything else, `mgc.audio.samples.load` averages the channels and converts the sample rate, and `mgc.features.extract` cuts or pads to exactly 30 s.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Waveforms of ten demo clips, one a genre.", "name": "fig-waveforms"}, "image": {"alt": "Ten waveforms over thirty seconds, one a genre. Some are dense and even, others have gaps and swells."}}
signal_plots.waveforms(clips)

# %% [markdown]
# The outline tells loudness and density. A compressed mix is a solid band; a piano piece breathes. The outline does not tell pitch or timbre, and it changes with the volume knob. The report lists amplitude normalisation and pre-emphasis as cleaning steps. `mgc.audio.samples.standardise` does both, but the features below start from the signal as recorded, because most of them do not depend on its level. Those that do, such as the first {term}`MFCC`, tell us how a record was mastered.
#
# ### Spectrogram
#
# A {term}`spectrogram` cuts the signal into {term}`frames <frame>` of 2,048 samples (93 ms), one every 512 samples (23 ms), multiplies each with a Hann window and takes the magnitude of its Fourier transform. Ears resolve low frequencies finely and high ones coarsely, so the bins are pooled into bands that are evenly spaced on the {term}`mel scale` {cite:p}`stevens1937`. We use the form of {cite:t}`slaney1998`, as librosa does {cite:p}`mcfee2015`:
#
# $$
# m(f) =
# \begin{cases}
# \dfrac{3 f}{200} & f < 1000~\text{Hz},\\[1ex]
# 15 + 27\, \dfrac{\ln (f / 1000)}{\ln 6.4} & f \ge 1000~\text{Hz}.
# \end{cases}
# $$ (eq-mel)

# %% tags=["remove-input"] mystnb={"figure": {"caption": "The mel scale, linear below the dotted line and logarithmic above (top), and triangular filters evenly spaced on it (bottom; the features use 128 of them).", "name": "fig-mel"}, "image": {"alt": "Top: mel as a function of frequency, first a straight line, then bending. Bottom: triangles that are narrow at low frequencies and wide at high ones."}}
signal_plots.mel_filters()

# %% [markdown]
# Power in each band is then expressed in {term}`decibels <decibel>` below the loudest cell, with a floor 80 dB down. The result, 128 bands by 1,292 frames, is what the report plans for the CNN, the autoencoder and VGG16. Here they see it only when they are fitted on audio, as those of the demo edition and of the mini set are.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Mel-spectrograms of ten demo clips, one of each genre. Light cells are loud.", "name": "fig-spectrograms"}, "image": {"alt": "Ten mel-spectrograms. Drum hits are vertical lines, held notes horizontal ones; the share of energy in the high bands differs between genres."}}
signal_plots.spectrograms(clips)

# %% [markdown]
# Vertical lines are drum hits: all frequencies at once, for an instant. Horizontal lines are held notes with their overtones. Distorted guitars fill the picture; a string section leaves it sparse.
#
# The published pictures of {numref}`fig-linear` are **linear** in frequency: {glue:text}`c3_bins` bins, {glue:text}`c3_bin_hz` apart, by {glue:text}`c3_columns` columns. Half of their rows lie above {glue:text}`c3_middle`, where little music happens.
#
# ### Cepstra (MFCC)
#
# Neighbouring mel bands rise and fall together. A cosine transform along the frequency axis unmixes them, and its first few coefficients describe the coarse shape of the spectrum. These are the {term}`MFCC` of {cite:t}`davis1980`. With $L_m$ the level of band $m$ in dB and $M$ bands,
#
# $$
# c_k = \sqrt{\frac{2}{M}} \sum_{m=0}^{M-1} L_m \cos\!\left( \frac{\pi k\, (2m + 1)}{2M} \right),
# \qquad k = 1, 2, \dots
# $$ (eq-mfcc)
#
# and $c_0$, with $\sqrt{1/M}$ in front, is the overall level. The columns of the package count from one, so `mfcc_01` is $c_0$ and `mfcc_02` is $c_1$. The package does not use this formula but a fast transform. Both must agree, so we try it on $c_1$ of one clip, averaged over its frames:

# %%
m = np.arange(N_MELS)
basis = np.sqrt(2 / N_MELS) * np.cos(np.pi * 1 * (2 * m + 1) / (2 * N_MELS))
by_formula = float((basis @ clips[0].features.spectrogram).mean())
by_package = float(clips[0].features.tabular[FEATURE_NAMES.index("mfcc_02_mean")])

# %% tags=["remove-input"]
glue("c3_formula", formats.number(by_formula, 3), CHAPTER)
glue("c3_package", formats.number(by_package, 3), CHAPTER)

# %% [markdown]
# Formula: {glue:text}`c3_formula`. Package: {glue:text}`c3_package`.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "MFCC of the same clips over time, the sequence that an LSTM reads when it is fitted on audio. Each coefficient is scaled by its mean and spread over all ten clips.", "name": "fig-mfcc"}, "image": {"alt": "Ten panels with thirteen rows of coefficients over time. Panels differ in their overall colouring and in how fast it changes."}}
signal_plots.mfccs(clips)

# %% [markdown]
# For the LSTM the report asks for windows of 25 ms. These are computed with a Fourier transform of their own, since a 93-ms window cannot be shortened afterwards. The step stays at 23 ms, which gives the 1,292 rows that the report states.
#
# ### Chroma
#
# {term}`Chroma <chroma>` adds up the energy of all octaves of each pitch class. It follows harmony and ignores the instrument.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Chroma of the same clips; each frame is scaled so that its strongest pitch class is one.", "name": "fig-chroma"}, "image": {"alt": "Ten panels with twelve rows of pitch classes. Chord changes appear as blocks; percussion smears all rows."}}
signal_plots.chromagrams(clips)

# %% [markdown]
# Chord changes appear as blocks. Loud percussion smears all rows at once. Note that chroma depends on the *key*: the same song, sung higher, has other columns. Genres do not have keys of their own, but small collections can pretend that they have.
#
# ### Tempo
#
# {term}`Onset strength <onset strength>` is the mean rise of the mel bands from frame to frame. If it repeats after a lag, the lag is a candidate for the beat {cite:p}`ellis2007`. The clips were composed, so the true tempo is known, which is rare.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "How well the onsets of each clip repeat, tempo by tempo. Solid line: the tempo feature. Dashed line: the tempo in which the clip was written.", "name": "fig-tempo"}, "image": {"alt": "Ten curves of autocorrelation over tempo with several peaks each. The solid and the dashed line coincide in some panels and differ by a simple ratio in others."}}
truth = composed_tempos()
signal_plots.rhythms(clips, truth)

# %% tags=["remove-input"]
matches = tempo_matches(clips, truth)
glue("c3_tempo", tempo_sentence(matches), "demo clips, mgc/clips")

# %% [markdown]
# The curves have several peaks, because a pattern that repeats every beat also repeats every two beats and every bar. The feature picks one peak, preferring tempos near 120 beats per minute. {glue:text}`c3_tempo` The feature is a mean over the clip, and a mean of two candidates is no tempo. Take a tempo feature as a hint, not as a measurement.
#
# ## What the models see
#
# Each frame has {glue:text}`c3_descriptors` descriptors. A track is described by their mean, standard deviation, minimum and maximum. The report gives counts for all this; here they are recomputed from its own parts:

# %% tags=["remove-input"]
arithmetic = report_arithmetic()
counts = {
    "c3_descriptors": len(FRAME_DESCRIPTORS),
    "c3_features": len(FEATURE_NAMES),
    "c3_disagree": (~arithmetic["agrees"]).sum(),
}
glue.many({key: formats.count(n) for key, n in counts.items()}, CHAPTER)
notebook.table(
    arithmetic.assign(agrees=arithmetic["agrees"].map({True: "yes", False: "no"})),
    "The report's counts, recomputed",
)

# %% [markdown]
# The sizes of the inputs add up to {glue:text}`c3_features` features. The counts of tracks do not: {glue:text}`c3_disagree` rows disagree. Three tracks cannot be removed from a thousand and leave a thousand, and the code holds out a larger share than the text says. Two families of features that the report's section 2 announces, zero-crossing rate and {term}`tonnetz` {cite:p}`harte2006`, are not among the features that section 3 counts. The models do without them.
#
# ## Cleaning
#
# The report says that it removed tracks with silence over <q class="claim">20%</q> of their duration, corrupted files, and <q class="claim">3</q> mislabeled tracks after expert review. It lists none of them. Here each rule is code, and a rule only flags. What is left out is a decision that the edition states.

# %% tags=["remove-input"]
tracks = edition.tracks
flags = quality.flag(tracks)
notebook.table(
    dataset_tables.rules_table(flags),
    "Quality rules and how many tracks of this edition each one flags",
)

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Four measurements of each track of this edition. Dashed lines are the limits of the rules.", "name": "fig-quality"}, "image": {"alt": "Four dot plots by genre: share of silence, share of clipped samples, mean sample, robust z-score of the spectrum."}}
panels = {
    "silence_share": ("silent share", quality.RULES["silence"].threshold),
    "clipped_share": ("clipped share", quality.RULES["clipping"].threshold),
    "dc_offset": ("mean sample", quality.RULES["dc_offset"].threshold),
    "spectral_z": ("spectral z-score", quality.RULES["spectral_outlier"].threshold),
}
feature_plots.measurements(tracks, panels)

# %% tags=["remove-input"]
flagged = flags["track_id"].nunique()
glue.many(
    {
        "c3_flagged": f"{formats.count(flagged)} of {formats.count(len(tracks))}",
        "c3_left_out": formats.count(len(edition.left_out)),
        "c3_silent": formats.percent(tracks["silence_share"].max(), 1),
        "c3_shortest": formats.number(tracks["duration_s"].min(), 2),
        "c3_longest": formats.number(tracks["duration_s"].max(), 2),
    }
)
notebook.table(
    flags[["track_id", "rule", "reason"]].head(25), "Flagged tracks and why (at most 25)"
)

# %% tags=["remove-input"]
notebook.say(dataset_tables.left_out_statement(edition))

# %% [markdown]
# In this edition {glue:text}`c3_flagged` tracks break a rule, and {glue:text}`c3_left_out` are left out. Clips last from {glue:text}`c3_shortest` to {glue:text}`c3_longest` seconds, and the most silent one is silent in {glue:text}`c3_silent` of its frames.
#
# The rule for spectral outliers uses the {term}`robust z-score` of {cite:t}`iglewicz1993` within each genre. An outlier is a reason to listen. It is no proof of a wrong label: a genre with a narrow core makes outliers of its own margin. And no rule here can find a wrong label that sounds inconspicuous; for GTZAN, {doc}`02_dataset` lists what listeners found.
#
# ## How features hang together

# %% tags=["remove-input"]
tabular = edition.tabular.set_index("track_id")
genre = tracks.set_index("track_id").loc[tabular.index, "genre"].to_numpy()
means = tabular[[f"{name}_mean" for name in FRAME_DESCRIPTORS]]
cepstral = [f"mfcc_{number:02d}_mean" for number in range(1, 14)]
within = next(separability.correlations(means[cepstral]).itertuples())
strongest = next(separability.correlations(means).itertuples())
every = separability.correlations(tabular)
glue.many(
    {
        "c3_r_pair": f"{within.first} and {within.second}",
        "c3_r_mfcc": formats.number(within.r),
        "c3_r_top": f"{strongest.first} and {strongest.second}",
        "c3_r_top_value": formats.number(strongest.r),
        "c3_r_all": formats.count((every["r"].abs() > 0.95).sum()),
        "c3_pairs": formats.count(len(every)),
    }
)

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Correlation between the means of all descriptors over the tracks of this edition. Lines separate the groups.", "name": "fig-correlation"}, "image": {"alt": "Square map of correlations."}}
groups = {"MFCC": 13, "delta": 13, "delta-delta": 13, "spectral": 4, "rhythm": 2, "chroma": 12}
feature_plots.correlation_map(means, groups)

# %% [markdown]
# The report notes high correlation between certain MFCC. Among the mean MFCC of this edition the strongest is {glue:text}`c3_r_mfcc`, between {glue:text}`c3_r_pair`. Of any two means, {glue:text}`c3_r_top` are the most alike ({glue:text}`c3_r_top_value`). Of all {glue:text}`c3_pairs` pairs of features, {glue:text}`c3_r_all` are nearly copies of each other (correlation beyond 0.95 either way). The features hold fewer independent facts than they have columns.
#
# ## How far features separate genres
#
# ### One feature at a time
#
# {term}`Eta squared <eta squared>` is the share of a feature's variance that lies between genres. Noise does not give zero: with $g$ genres and $n$ tracks it gives $(g - 1) / (n - 1)$ on average.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "The features whose variance the genre explains best. The dashed line is the average of pure noise.", "name": "fig-eta"}, "image": {"alt": "Horizontal bars of the twelve features with the largest eta squared; a dashed line marks pure noise."}}
share = separability.explained(tabular, genre)
noise = (len(set(genre)) - 1) / (len(genre) - 1)
glue("c3_eta_top", share.idxmax())
glue("c3_eta_value", formats.percent(share.max()))
glue("c3_eta_noise", formats.percent(noise))
feature_plots.bars(share.head(12), "share of variance between genres", chance=noise)

# %% [markdown]
# The best single feature is {glue:text}`c3_eta_top`, of whose variance the genres explain {glue:text}`c3_eta_value` (noise: {glue:text}`c3_eta_noise`). Beware of features called `mfcc_01`: they hold the level, and level is a matter of mastering. Tracks of one album share it. Where such a feature ranks high, albums may explain it better than genres do.
#
# ### All features at once, and a warning
#
# A linear discriminant looks for directions in which genres are far apart compared with their own spread. With more features than tracks it always finds some. So we fit it on one half of the tracks and look at both halves.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "The first two linear discriminants, for the tracks they were fitted on and for the others.", "name": "fig-halves"}, "image": {"alt": "Two scatter plots of genres: left the half that was fitted, right the other half."}}
result = separability.project_halves(tabular, genre, seed=seed)
glue("c3_lda_fitted", formats.percent(result.loc[result["fitted"], "right"].mean()))
glue("c3_lda_unseen", formats.percent(result.loc[~result["fitted"], "right"].mean()))
feature_plots.projection(result)

# %% [markdown]
# Give each track the genre whose mean is nearest: {glue:text}`c3_lda_fitted` of the fitted half are then right, and {glue:text}`c3_lda_unseen` of the other half. The left picture is the kind that reports like to show. The right one is nearer to the truth; but where the two halves share artists, it flatters, too. From here on, every rule is judged on tracks that it has not seen ({term}`cross-validation`).
#
# ### The report's claims
#
# The report makes three statements in this place, without figures. First: classical and metal are spectrally the most distinct. We ask how well each genre is told from all others by the descriptors of spectral shape alone: {term}`centroid <spectral centroid>`, {term}`roll-off`, bandwidth and {term}`contrast <spectral contrast>` {cite:p}`jiang2002`. The measure is the {term}`area under the ROC curve` of a linear rule with shrunken covariance {cite:p}`ledoit2004`. Beside it stand the same measure for all features, and the {term}`silhouette` {cite:p}`rousseeuw1987`.

# %% tags=["remove-input"]
spectral = separability.spectral_shape(tabular)
shape = separability.one_against_rest(spectral, genre, seed=seed)
full = separability.one_against_rest(tabular, genre, seed=seed)
cluster = separability.silhouettes(tabular, genre)
notebook.table(
    dataset_tables.separability_table(shape, full, cluster),
    "How well each genre is told from the rest (area: 0.5 is guessing, 1 is complete)",
)

# %% tags=["remove-input"]
notebook.say(*dataset_tables.distinct_statements(shape, cluster))

# %% [markdown]
# Second: rock and metal have similar frequency distributions. If so, this pair should be among the hardest to tell apart by spectral shape.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "How well two genres are told apart by the descriptors of spectral shape, on tracks that the rule has not seen. Dark cells are pairs that sound alike to these descriptors; values below one half mean that the rule is no better than guessing.", "name": "fig-pairs"}, "image": {"alt": "Triangular map of all pairs of genres with the area under the ROC curve in each cell. A few pairs are dark, most are bright."}}
by_pair = separability.one_against_one(spectral, genre, seed=seed)
feature_plots.pair_map(by_pair)

# %% tags=["remove-input"]
notebook.say(*dataset_tables.pair_statements(by_pair, "metal", "rock"))
glue("c3_pair_tracks", formats.count(np.isin(genre, ("metal", "rock")).sum()))

# %% [markdown]
# Here {glue:text}`c3_pair_tracks` tracks decide that, and tracks of one artist may stand on both sides. So take it as an example, not as the answer. The larger edition decides: {doc}`08_audit` puts the same two claims to the mean cepstra of all tracks that the networks learned from, artists kept apart where they are known.
#
# Third: jazz and classical have more complex temporal structures. The report does not say what complexity is. One reading is how much local tempo and onset strength vary within a track; other readings may give other answers.

# %% tags=["remove-input"]
varied = tabular[list(dataset_tables.SPREADS)].groupby(genre).mean()
varied = varied.sort_values("tempo_std", ascending=False)
notebook.table(
    dataset_tables.variation_table(varied), "Variation within a track, mean of each genre"
)

# %% tags=["remove-input"]
notebook.say(*dataset_tables.variation_statements(varied, "jazz", "classical"))

# %% [markdown]
# ## What this shows and what it does not
#
# It shows that the report's plan for features is sound and its counts of features add up, while its counts of tracks do not. It shows how much of the genre single features carry in this edition, and how far a picture of fitted data can be from what unseen data show.
#
# It does not show what a network will reach: networks may use combinations that no linear rule finds. The per-genre values rest on the tracks of one edition. Where tracks of a genre share an artist, as they do in the mini set ({doc}`02_dataset`), part of the separation is between artists. And the report's words ("distinct", "similar", "complex") became numbers only because we chose a meaning for them; the text beside each table says which.

# %% [markdown]
# ## Check yourself
#
# **The published pictures are linear in frequency. What do they lose that mel bands keep?**
#
# ```{dropdown} Answer
# The bass. In its low octaves a linear picture has few bins, so neighbouring notes fall into one. And half of its rows lie where little music happens.
# ```
#
# **Why do genres look further apart on the half of the tracks that was fitted?**
#
# ```{dropdown} Answer
# With more features than tracks, there are always directions that separate what was fitted. Some of what they separate is these tracks, and not these genres.
# ```

# %% [markdown]
# ## Exercises
#
# **1.** How many mel bands does an octave get at the bottom of the scale, and at the top? Use {eq}`eq-mel`.


# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show the solution", "code_prompt_hide": "Hide the solution"}
def mel(f):
    return 3 * f / 200 if f < 1000 else 15 + 27 * np.log(f / 1000) / np.log(6.4)


width = mel(22_050 / 2) / (N_MELS + 1)
octaves = [(110, 220), (440, 880), (4400, 8800)]
rows = [
    {
        "octave": f"{low:,} to {high:,} Hz",
        "mel": formats.number(mel(high) - mel(low), 1),
        "bands": formats.number((mel(high) - mel(low)) / width, 0),
    }
    for low, high in octaves
]
notebook.table(
    pd.DataFrame(rows),
    "An octave in the bass gets few bands, one in the treble many: up to the bend,"
    " the scale counts hertz",
)

# %% [markdown]
# **2.** The columns of this edition repeat each other. How many directions hold nearly all of their variance? Standardise the columns first, and think about why.

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show the solution", "code_prompt_hide": "Hide the solution"}
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

scaled = StandardScaler().fit_transform(tabular)
held = np.cumsum(PCA().fit(scaled).explained_variance_ratio_)
needed = {share: int(np.searchsorted(held, share) + 1) for share in (0.5, 0.9, 0.95)}
notebook.say(
    *(
        f"{count} directions hold {formats.percent(share)} of the variance."
        for share, count in needed.items()
    ),
    f"There are {formats.count(tabular.shape[1])} columns and"
    f" {formats.count(len(tabular))} tracks.",
    "Without standardising, the columns in hertz would hold nearly all of it, since"
    " their numbers"
    " are the largest.",
)

# %% [markdown]
# ## Further reading
#
# - {cite:t}`davis1980` compare parametric representations of speech; the cepstra won.
# - {cite:t}`mcfee2015` describe librosa, whose definitions this book follows.
# - {cite:t}`ellis2007` explains the tracker of beats in a few pages, with its weaknesses.
