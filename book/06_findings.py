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
# # Key findings
#
# *Level: some statistics, which {doc}`05_comparison` explains. Reading time: about {sub-ref}`wordcount-minutes` minutes.*
#
# ```{admonition} In this chapter
# :class: tip
# You learn
# - how a finding is turned into a question that records can answer;
# - what became of the findings in the report's section on insights, one by one;
# - which genres the models tell apart, and which they mix up.
# ```
#
# The report lists its findings as facts. Here each becomes a claim with a rule that decides it. Code applies the rule to the records and writes both the verdict and the sentence. So this page may read differently on other data, and each time it says what those data show.
#
# On the data of this build, the verdicts on {glue:text}`c6_claims` claims are: {glue:text}`c6_counts`.
#
# ```{dropdown} What the six verdicts mean
# - *Confirmed* and *contradicted* need a test or an interval at the usual level of one in twenty, or the margin that is stated with the claim.
# - *Compatible* means that an interval holds the stated figure, but much else, too.
# - *Partly* means that a part of the claim holds, and another does not or is open, or that it holds by some recipes and not by others.
# - *Not shown* means that it was tested, and the evidence is too weak either way.
# - *Not testable here* means that no record bears on the claim.
# ```

# %% tags=["parameters", "remove-cell"]
data = "gtzan-archive"
records = ""
protocol = "artist_cv"
variant = "tuned"
seed = 0

# %% tags=["hide-input"]
from dataclasses import replace

from mgc.display import formats, notebook, result_tables
from mgc.display.figures import comparison_plots, feature_plots
from mgc.display.glue import ARTISTS, CHAPTER, Glue
from mgc.evaluation.results import load_results
from mgc.evaluation.significance import fits_of, pairwise
from mgc.models import TITLES
from mgc.records.study import open_study
from mgc.report import audit, genre_findings, model_findings
from mgc.report.cards import finding
from mgc.report.claims import (
    Decision,
    Verdict,
    find_claims,
    load_claims,
    of_both_recipes,
)
from mgc.report.evidence import FILTERED, Evidence

asked = open_study(
    data,
    records=records,
    protocol=protocol,
    variant=variant,
    seeds=seed,
)
# Where all networks were tuned further, that is what the tests speak of.
study = asked.tuned_further()
results, earlier = load_results(study), load_results(asked)
fits, tests = results.networks, pairwise(results.own)
first_fits, first_tests = earlier.networks, pairwise(earlier.own)
decided = {}
evidence = Evidence(study)
claims = {claim.id: claim for claim in load_claims(find_claims())}
glue = Glue(results.own)


# %% [markdown]
# The figure that matters shows how well each network tells each genre.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "F1 of each genre under each model, on the test part. Lighter is better.", "name": "fig-genres"}, "image": {"alt": "Heat map of F1 scores, one row a model, one column a genre."}}
comparison_plots.genre_scores(genre_findings.f1_table(fits))


# %% [markdown]
# ```{admonition} To remember
# :class: important
# Ask of each finding what would refute it. If nothing could, it is an opinion. If the evidence is thin, the honest verdict is *not shown*.
# ```


# %% tags=["remove-input"]
def decide(*claims_and_decisions):
    """Keep what became of each claim for the summary, and show it."""
    found = dict(zip(claims_and_decisions[::2], claims_and_decisions[1::2], strict=True))
    decided.update(found)
    return notebook.Html("".join(finding(*pair).source for pair in found.items()))


# %% [markdown]
# ## Findings about models
#
# Pairs of models are compared over all seeds by the combined test, with Holm's correction over the pairs of this variant and the baselines. The networks are those tuned further, with as many trials as the classical models, where all five have records of that. Claims about which model beats which, about the MLP and about combinations are put to the recipes that were chosen first as well. Where these come to another verdict, the text says so, and a claim that only one of the two confirms holds partly. Two findings are about other networks: what training costs is asked of the report's own recipes, where they were run, and the order of frames of the tuned ones of {doc}`04_models`. {doc}`05_comparison` tests the same pairs. Everything else on this page is the mean over all seeds, too. In the small plots a dot is what was measured, and the line through it the 95 % interval.
#
# ### Do spectrograms beat hand-crafted features?
#
# The report says that raw spectra hold more than engineered features. The rule: the CNN and VGG16, which see spectrograms, must each be shown to beat the MLP, which sees statistics, and the best classical model. That one, by its validation score, is logistic regression on seven statistics of each row of the same pictures: mean, spread, three percentiles, and how fast the row changes. They are hand-crafted features, too.

# %% tags=["remove-input"]
decide(
    "models on spectrograms beat the one on hand-crafted features",
    of_both_recipes(
        model_findings.spectrograms_beat_features(results.own, tests),
        model_findings.spectrograms_beat_features(earlier.own, first_tests),
    ),
)

# %% [markdown]
# ### Is transfer learning the best?
#
# The rule: VGG16 must be shown to beat each of the other four. Each had as many trials on validation tracks. On GTZAN the verdict hangs on that: by the recipes that were chosen first, VGG16 beats all four. It changed by the further trials of the CNN, which could drop dropout, since that had helped on test tracks ({doc}`24_why_cnn`). The second claim is about its size: the report says that it offers the most accuracy for its complexity, which we read as percentage points for each million parameters. By that reading a small model has an advantage that no large one can make up for; the report gives no other.

# %% tags=["remove-input"]
decide(
    "transfer learning from ImageNet is the most accurate",
    of_both_recipes(
        model_findings.transfer_is_best(fits, tests),
        model_findings.transfer_is_best(first_fits, first_tests),
    ),
    "transfer learning has the best ratio of accuracy to size",
    model_findings.transfer_has_best_ratio(fits),
)

# %% [markdown]
# ### Does the LSTM cost more?
#
# The report says that modelling the order of frames is promising but expensive. The rule looks at the clock: each fit of the LSTM must take longer than each fit of the CNN, by more than two runs of the same thing differ. It is put to the report's own recipes, three seeds under the fault-filtered split, where they were run. Means would not do, for a fit beside other work takes much longer than the same fit alone.

# %% tags=["remove-input"]
written = replace(asked, variant="as_written", protocol=FILTERED).groups()
timed = written if {"lstm", "cnn"} <= fits_of(written).keys() else asked.groups()
decide("the LSTM costs more to train than the CNN", model_findings.lstm_costs_more(timed))

# %% tags=["remove-input"]
also = model_findings.lstm_costs_more(asked.groups())
notebook.say(
    f"By the tuned recipes it is {also.verdict}. {also.reason}"
) if timed is written else None

# %% [markdown]
# ### Does the LSTM use the order of frames?
#
# The report says that the order of frames tells jazz from blues. An LSTM reads them one after the other; whether it uses their order shows when they come in another. Here they are shuffled within each crop: in the test alone, for networks that learned from music as it runs, and in training and test, for networks that never heard it run. The rule: the LSTM that heard them in order must be shown to choose better between jazz and blues than the one that never did.

# %% tags=["remove-input"]
decide(
    "time structure tells jazz from blues",
    audit.decide(claims["s6-14"], evidence),
)

# %% tags=["remove-input"]
orders = {
    "in order": "tuned",
    "shuffled in the test alone": "shuffled_to_test",
    "shuffled in training and test": "shuffled",
}
by_order = {name: evidence.group("lstm", variant, FILTERED) for name, variant in orders.items()}
ordered = result_tables.order_table(by_order, ("jazz", "blues"))
notebook.table(ordered, "The LSTM, fault-filtered split: accuracy and 95 % interval") if len(
    ordered
) else None

# %% tags=["remove-input"]
notebook.say(*model_findings.order_said(by_order))

# %% [markdown]
# ### Does the autoencoder keep what matters?
#
# The report says that its code keeps nearly all information. The rule: the claim falls if what is rebuilt from the code holds less than half of the variance between inputs (validation part). Here an input is what the variant of this build feeds to it; {doc}`08_audit` asks the network as written, which reads whole tracks, where there is a record. If it keeps more, that is no proof of the claim. Models that see spectrograms stand beside it. Where they name genres better, this classifier gets less about genre out of the code; what the code holds stays open.

# %% tags=["remove-input"]
decide(
    "64 values keep nearly all information of the spectrogram",
    model_findings.autoencoder_keeps_information(fits, tests),
)

# %% [markdown]
# ### Is the MLP enough?
#
# The report calls a simple MLP sufficient for basic genre detection. Sufficient for what, it does not say. The rule asks two things: does it beat guessing, and does it beat logistic regression on the same statistics, which has no hidden layer and whose one setting was chosen with as much care?

# %% tags=["remove-input"]
decide(
    "a simple MLP is enough for basic genre detection",
    of_both_recipes(
        model_findings.mlp_suffices(results.own, tests),
        model_findings.mlp_suffices(earlier.own, first_tests),
    ),
)

# %% [markdown]
# ### Do models help each other?
#
# The report expects gains from combining engineered with learned features, and models with each other. The simplest combination needs no training: a weighted mean of the probabilities, with weights in tenths that are chosen on validation tracks, seed by seed. The rule compares it with the better of the two, over all seeds. Since that one is picked by its test accuracy, the test is strict. It is not corrected for there being two combinations.

# %% tags=["remove-input"]
decide(
    "combining MLP and VGG16 transfer helps",
    of_both_recipes(
        model_findings.combination_helps(fits, ("mlp", "vgg16")),
        model_findings.combination_helps(first_fits, ("mlp", "vgg16")),
    ),
    "combining CNN and LSTM helps",
    of_both_recipes(
        model_findings.combination_helps(fits, ("cnn", "lstm")),
        model_findings.combination_helps(first_fits, ("cnn", "lstm")),
    ),
)

# %% [markdown]
# ### Are the stated accuracies right?
#
# The report states them for a random split, so they are set beside our random split where it has records.

# %% tags=["remove-input"]
by_chance = replace(asked, protocol="random").tuned_further().groups()
decide(
    "the five stated accuracies hold",
    model_findings.accuracies_hold(by_chance if fits_of(by_chance) else fits),
)

# %% [markdown]
# ## Findings about genres
#
# A genre is easy when its tracks are found and nothing else is mistaken for it. F1 measures both. {numref}`fig-genres` shows it for every model that was run.

# %% [markdown]
# The claims below are about genres, not about one model. So the predictions of all models and seeds are pooled. Models make mistakes on the same tracks, and tracks of one artist are alike, so artists are what is uncertain: a {term}`bootstrap` draws them again and again within each genre, {glue:text}`c6_draws` times, and the statistic is computed anew each time.

# %% tags=["remove-input"]
pooled = genre_findings.pool(fits)
models = [TITLES[name] for name in results.records]
glue("c6_draws", formats.count(genre_findings.DRAWS), CHAPTER)
glue("c6_models", formats.listing(models), results.records)

# %% [markdown]
# Pooled here: {glue:text}`c6_models`.
#
# ### Do classical and metal stand out?
#
# The rule: they must take the first two places by F1 in nearly all resamples.

# %% tags=["remove-input"]
decide(
    "classical and metal are the easiest to tell apart",
    genre_findings.genres_stand_out(pooled, "classical", "metal"),
)

# %% [markdown]
# ### Are pop and rock hard?
#
# Two claims hide here. The first: each of the two is harder than the other genres, by its F1 against their mean. The second: they are taken for each other more often than if the mistakes on their tracks fell evenly on all wrong genres.

# %% tags=["remove-input"]
decide(
    "pop and rock are hard to classify",
    genre_findings.genres_are_hard(pooled, "pop", "rock"),
    "pop and rock are taken for each other",
    genre_findings.pair_is_mixed(pooled, "pop", "rock"),
)

# %% [markdown]
# ### Are jazz and blues alike, and rock and metal?
#
# The report says that jazz and blues share their harmony, and that rock and metal share their frequencies. If models follow such likeness, they mix these genres up. The rule is that of the last claim.

# %% tags=["remove-input"]
decide(
    "jazz and blues are taken for each other",
    genre_findings.pair_is_mixed(pooled, "jazz", "blues"),
    "rock and metal are taken for each other",
    genre_findings.pair_is_mixed(pooled, "rock", "metal"),
)

# %% [markdown]
# ### The blues that is called jazz: one recording horse
#
# Much of what passes for a likeness of blues and jazz is one man. The tracks blues.00012 to blues.00028 are {glue:text}`c6_singer_tracks` recordings of Robert Johnson, a voice and a guitar of the 1930s ({doc}`02_dataset`). This is what the models call them when nobody of his group trains:

# %% tags=["remove-input"]
singer = genre_findings.singer(study.edition_record)
notebook.table(
    genre_findings.answers_table(results.own, singer),
    "What the models call the tracks of one singer, all seeds",
)

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Mean spectra, rebuilt from the mean cepstra in the records: the median of the tracks (lines), and where four of five of them lie (bands).", "name": "fig-singer"}, "image": {"alt": "Three lines with bands over forty mel bands: the recordings of one blues singer, the other blues, and jazz."}}
feature_plots.mean_spectra(genre_findings.singer_spectra(study.edition_record))

# %% tags=["remove-input"]
glue("c6_singer_tracks", formats.count(len(singer)), ARTISTS)

# %% [markdown]
# A network that had learned what blues is would not call most of them something else. {numref}`fig-singer` shows what it may have heard instead: his recordings carry less in the upper bands than the other blues, nearer to the jazz of this collection. That is how a record of the 1930s sounds. It fits, and it is no proof. A system that hears the record and not the music is called a *horse* {cite:p}`sturm2014horse`. So a matrix of confusions that shows "blues taken for jazz" says something about how GTZAN was collected. That jazz and blues share harmony cannot be tested here: the pictures hold no chroma, and the only blues with audio at hand is of one artist.
#
# ### Which genres are really mixed up?

# %% tags=["remove-input"]
notebook.table(
    genre_findings.pair_table(pooled).head(8),
    "Pairs of genres that all models together mix up most often",
)

# %% [markdown]
# ## What no record can decide
#
# Some findings are about uses that were not tried. Those about steps of training, such as normalising and augmentation, are taken up in {doc}`08_audit`, where there are such fits.

# %% tags=["remove-input"]
decide(
    "models must be compressed for telephones",
    Decision(Verdict.NOT_TESTABLE, "Nothing here was run on a telephone."),
)

# %% [markdown]
# ## All verdicts

# %% tags=["remove-input"]
notebook.table(
    model_findings.findings_table(decided), "The report's findings and what became of them"
)

# %% tags=["remove-input"]
verdicts = [str(decision.verdict) for decision in decided.values()]
counts = [f"{verdicts.count(v)} {v}" for v in map(str, Verdict) if v in verdicts]
glue("c6_counts", formats.listing(counts))
glue("c6_claims", formats.count(len(decided)))
glue("c6_n_test", formats.count(results.n_tracks))
glue("c6_edition", study.edition_record.name, study.edition_record)

# %% [markdown]
# ## What this shows and what it does not
#
# The verdicts hold for {glue:text}`c6_n_test` test tracks of {glue:text}`c6_edition`, few {term}`seeds <seed>` and one way of training. *Contradicted* means: not so on these data. It does not mean that the claim is false everywhere. Each claim has a test of its own, and the corrections count pairs of models, not claims; with this many claims, one of them may be decided wrongly by chance. And what a genre is, these records do not know: they know the labels that somebody gave.

# %% [markdown]
# ## Check yourself
#
# **What is the difference between *contradicted* and *not shown*?**
#
# ```{dropdown} Answer
# Contradicted: the evidence disagrees with the claim by more than chance. Not shown: the claim may be true, but this evidence cannot tell.
# ```
#
# **Models take two genres for each other more often than chance would. Do the two genres sound alike?**
#
# ```{dropdown} Answer
# Perhaps. The recordings may be what is alike: blues and jazz of this collection share old records, and a model that hears the age of a record mixes them up without hearing either.
# ```

# %% [markdown]
# ## Exercises
#
# **1.** Suppose every one of these claims were false, and each were tested at the level of one in twenty. How many would look true by chance, and how likely is it that none does?

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show the solution", "code_prompt_hide": "Hide the solution"}
n_claims = len(decided)
notebook.say(
    f"{formats.number(0.05 * n_claims, 1)} of {formats.count(n_claims)} on average."
    " If the tests were"
    " independent, the chance that none looks true would be"
    f" {formats.percent(0.95**n_claims)}. They are not:"
    " they share models and tracks."
)

# %% [markdown]
# **2.** Put a question of your own to the records: are country and rock mixed up more than other genres?

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show the solution", "code_prompt_hide": "Hide the solution"}
own = genre_findings.pair_is_mixed(pooled, "country", "rock")
finding("country and rock are taken for each other", own)

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Is that fair?", "code_prompt_hide": "Hide it"}
notebook.say(
    "Not quite. The pair stands near the top of the table above, and whoever picks the"
    " largest of many differences finds one too large. A fair test names its pair"
    " before it looks, or corrects for all pairs that it could have picked."
)

# %% [markdown]
# ## Further reading
#
# - {cite:t}`sturm2014` collects what evaluations of genre recognition could and could not show.
# - {cite:t}`castellon2021` ask the same questions of representations that were learned elsewhere.
