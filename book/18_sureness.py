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
# # How sure the models are, and where they agree
#
# *Level: some statistics, which {doc}`05_comparison` explains. Reading time: about {sub-ref}`wordcount-minutes` minutes.*
#
# ```{admonition} On this page
# :class: tip
# You learn
# - whether a model that says "nine in ten" is right nine times in ten: {term}`calibration`;
# - how often two models name the same genre, right or wrong;
# - which tracks every network gets wrong.
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
from mgc.display import comparison, formats, notebook, result_tables, sureness_text
from mgc.display.figures import comparison_plots, model_plots
from mgc.display.glue import FAULTS, TRACKS, Glue
from mgc.evaluation import sureness
from mgc.evaluation.results import load_results
from mgc.evaluation.tracks import agreement, known_faulty, missed_tracks
from mgc.models import TITLES
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
# That a model is sure does not make it right, and neither does that others agree. Count how often it is right when it says that it is sure.
# ```
#
# ## Do the models know how sure they are?
#
# A model is {term}`calibrated <calibration>` {cite:p}`guo2017` when it is right as often as it says. Points above the diagonal mean that it is too modest, points below that it is too sure of itself.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Share of tracks named rightly against the probability of the named genre, in ten bins, answers of all published seeds together. Larger dots hold more answers; ECE is the expected calibration error, mean over seeds.", "name": "fig-reliability"}, "image": {"alt": "Small panels, one a model, each with the share of right answers against the stated probability and a dashed diagonal."}}
model_plots.reliability(results.learned)

# %% tags=["remove-input"]
notebook.table(
    result_tables.calibration_table(results.learned), "Calibration, mean over seeds (and range)"
)

# %% [markdown]
# *Expected calibration error* is the mean distance from the diagonal. *Brier score* and *log loss* judge the probabilities of all genres; smaller is better for all three.
#
# None of these says in which direction a model errs. For that, take the mean probability of the genres it names, less the share that is right. In brackets the 95 % interval over artists and seeds:

# %% tags=["remove-input"]
notebook.say(*sureness_text.sureness_statements(sureness.too_sure(results.learned)))

# %% [markdown]
# ## Do the models agree?

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Share of test tracks on which two models name the same genre, right or wrong. In brackets Cohen's kappa: agreement beyond chance, where one is perfect.", "name": "fig-agreement"}, "image": {"alt": "Triangular heat map of models against models with the share of test tracks on which they agree."}}
comparison_plots.agreement(comparison.labelled(agreement(results.learned), TITLES))

# %% tags=["remove-input"]
missed = missed_tracks(results.networks)
always = missed[missed["missed"] == missed["fits"]]
faulty, known = int((always["known_fault"] != "").sum()), known_faulty(results.networks)
glue("c18_always_wrong", formats.count(len(always)), results.networks)
compared = sureness_text.missed_statement(len(always), faulty, len(known), int(known.sum()))
glue("c18_always_wrong_faults", compared, results.networks, TRACKS, FAULTS)

# %% [markdown]
# All networks that were run, in every seed, miss {glue:text}`c18_always_wrong` of the test tracks. {glue:text}`c18_always_wrong_faults` Those that all networks miss are worth a listener's time. A label that nobody has doubted yet, a song that is not typical of its genre, and a blind spot that all models share would look alike in this table.

# %% tags=["remove-input", "hide-output"]
notebook.table(
    result_tables.faults_table(always).head(30),
    "Tracks that every network gets wrong (at most 30)",
)

# %% [markdown]
# ## What this shows and what it does not
#
# The page shows how these fits behave on these tracks. A network that is too sure of itself can be mended after its training, by one number chosen on validation tracks {cite:p}`guo2017`; that was not done here. And that models agree does not make them right: they learned from the same tracks, with the same faults in their labels.

# %% [markdown]
# ## Check yourself
#
# **A model says nine in ten on average, and six in ten of its answers are right. Is it useless?**
#
# ```{dropdown} Answer
# No. The genres it names may be as good as those of any other model; only its probabilities are too high. One number, chosen on validation tracks, lowers them and changes no answer.
# ```
#
# **Every network misses the same track. Name two reasons that are not the networks' fault.**
#
# ```{dropdown} Answer
# The label may be wrong or a matter of taste, and the clip may hold a part of the song that is not typical of its genre. A third: the track is a copy whose other label was learned.
# ```
