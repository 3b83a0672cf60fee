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
# # Model comparison and recommendation
#
# ```{admonition} In this chapter
# :class: tip
# You learn
# - how sure one may be of an accuracy that was measured on a limited number of tracks;
# - how to test whether one model is better than another;
# - why two accuracies from different {term}`protocols <protocol>` must not be compared;
# - what the evidence of this build carries, and what it does not.
# ```

# %% tags=["parameters", "remove-cell"]
data = "gtzan-mini"
records = ""
protocol = "cv5"
variant = "quick"
seed = 0

# %%
from myst_nb import glue

from mgc import comparison, evaluate, show
from mgc.figures import comparison_plots, plots
from mgc.models import TITLES
from mgc.outcomes import tested
from mgc.report import facts
from mgc.study import open_study

study = open_study(data, records=records, protocol=protocol, variant=variant, seeds=(seed,))
results = study.results()
everything = results | study.baselines()
summary = comparison.summary(study)
tests = evaluate.pairwise(everything)
claims = facts.report_claims().set_index("model")["accuracy"].to_dict()
chance = 1 / study.edition_record.tracks["genre"].nunique()

# %% tags=["hide-input"]
best = comparison.best_model(results)
top = summary[(summary["model"] == best)].head(1).squeeze() if best else {}
glue("c5_edition", study.edition_record.name, display=False)
glue("c5_protocol", protocol, display=False)
glue("c5_n_test", show.count(tested(results)), display=False)
glue("c5_pairs", show.count(len(tests)), display=False)
glue("c5_shown", show.count(int(tests["significant"].sum())), display=False)
glue("c5_best", TITLES[best] if best else "none of the models", display=False)
glue("c5_best_accuracy", show.percent(top.get("accuracy")), display=False)
glue("c5_best_interval", show.interval(top.get("low"), top.get("high")), display=False)
glue("c5_claim", show.percent(max(claims.values()), 2), display=False)
glue("c5_claim_low", show.percent(min(claims.values()), 2), display=False)

# %% [markdown]
# ## The results
#
# The table holds the five models, each {term}`variant <variant>` that has records, and two {term}`baselines <baseline>`. *Majority class* names the most frequent genre of the training part, whatever it hears: it is what guessing is worth. *Logistic regression* reads the same track statistics as the MLP and has no hidden layer: it is what a deep network must beat to earn its cost.

# %%
show.table(comparison.as_table(summary), "Results on the test part, from the records")

# %% [markdown]
# How to read the columns: *macro F1* is the mean over genres, so that no genre counts for more than another. *In the first two* is the share of tracks whose true genre is among the two most probable. *{term}`Log loss <log loss>`* punishes confident mistakes; smaller is better. *Calibration error* says how far stated probabilities lie from observed frequencies. Training time and peak memory are those of the recorded run on the named device, all folds together. Memory is that of the whole process, which fits several models in turn and does not give everything back, so small models look larger than they are. A cell with a dash was not measured.
#
# ## How sure is one accuracy?
#
# The test part has {glue:text}`c5_n_test` tracks. Other tracks of the same kind would give another accuracy. The interval says how far off it may be: for a share $\hat p$ of $n$ tracks it is Wilson's score interval {cite:p}`wilson1927`, which for a middling $\hat p$ is about
#
# $$
# \hat p \pm 1.96 \sqrt{\frac{\hat p\,(1 - \hat p)}{n}} .
# $$
#
# It covers the choice of test tracks. It does not cover the seed, nor another draw of training tracks.

# %% mystnb={"figure": {"caption": "Measured accuracy of each row of the table with its interval (dots and bars), and what the report states for the same network (diamonds). The dashed line is guessing among equally frequent genres.", "name": "fig-accuracy"}, "image": {"alt": "Dot plot with one row a model: the measured accuracy with an interval, a hollow diamond for the accuracy that the report claims, and a dashed line for guessing."}}
comparison_plots.accuracy_intervals(summary, claims, chance)

# %% [markdown]
# The diamonds stand for the report's statements, from {glue:text}`c5_claim_low` to {glue:text}`c5_claim`. They were never measured ({doc}`01_objective`), and they speak of another setting: a random split of all of GTZAN. The figure shows both side by side; it is no test.

# %%
show.table(comparison.ranking(results), "The report's ranking and ours")

# %% [markdown]
# ## Which differences are real?
#
# Two models that were tested on the same tracks are compared track by track. Tracks that both get right, or both get wrong, say nothing about the difference. What counts are the tracks that only one of them gets right. If neither model were better, each such track would be as likely to favour the one as the other, like a coin. The {term}`exact McNemar test` {cite:p}`mcnemar1947,dietterich1998` computes how unlikely the observed imbalance is for a fair coin.
#
# With {glue:text}`c5_pairs` pairs, some would look different by luck alone. Holm's correction {cite:p}`holm1979` raises each p value so that the chance of even one false finding among all pairs stays below one in twenty.

# %% mystnb={"figure": {"caption": "Difference of accuracy in percentage points (row minus column) and its p value after Holm's correction. Shaded and bold: shown by the test. Grey: not shown.", "name": "fig-pairwise"}, "image": {"alt": "Lower triangle of a matrix of models against models. Each cell holds the difference in percentage points and an adjusted p value; cells with a significant difference are shaded."}}
comparison_plots.pairwise(tests, list(everything))

# %% [markdown]
# Of {glue:text}`c5_pairs` differences, the tests show {glue:text}`c5_shown`. "Not shown" does not mean "equal": with few tracks, only large differences can be shown. {doc}`07_next_steps` estimates how many tracks it would take.

# %% tags=["hide-input"]
lines = comparison.variant_statements(study)
show.say(*lines) if lines else show.say(
    "Only one variant has records, so variants cannot be compared."
)

# %% [markdown]
# ## Do the models know how sure they are?
#
# A model is {term}`calibrated <calibration>` {cite:p}`guo2017` when it is right as often as it says. Points above the diagonal mean that it is too modest, points below that it is too sure of itself.

# %% mystnb={"figure": {"caption": "Share of tracks named rightly against the probability of the named genre, in ten bins. Larger dots hold more tracks; ECE is the expected calibration error.", "name": "fig-reliability"}, "image": {"alt": "Small panels, one a model, each with the share of right answers against the stated probability and a dashed diagonal."}}
plots.reliability(evaluate.only_run(everything))

# %% [markdown]
# ## What accuracy costs
#
# The report draws accuracy against training time and calls the result a trade-off. Here is the same drawing from records.

# %% mystnb={"figure": {"caption": "Accuracy, with its interval, against training time (left) and number of parameters (right). Both horizontal axes are logarithmic.", "name": "fig-cost"}, "image": {"alt": "Two scatter plots with logarithmic horizontal axes: accuracy against minutes of training and against number of parameters, a marker a model."}}
comparison_plots.cost(summary)

# %% [markdown]
# ## Beside the literature
#
# A figure from a paper can be compared with ours only if the tracks were divided in the same way. Under {term}`leaky segments`, pieces of one track stand in training and test alike. Under a random split, artists and repeated recordings do {cite:p}`sturm2013`. The {term}`fault-filtered split` {cite:p}`kereliuk2015` avoids most of that, and the same systems score lower under it.

# %%
run = evaluate.only_run(everything)
ours = {TITLES[name]: evaluate.accuracy(evaluate.test_rows(run[name])) for name in run}
comparable = study.edition_record.name == "gtzan"

# %% mystnb={"figure": {"caption": "Published accuracies on GTZAN by protocol (squares). Dots are this book's, where the edition is all of GTZAN. Compare within a group only.", "name": "fig-literature"}, "image": {"alt": "Dot plot of published accuracies on GTZAN, grouped by protocol."}}
comparison_plots.literature(facts.literature(), protocol, ours if comparable else {})

# %% tags=["hide-input"]
show.say(comparison.published(facts.literature(), study, results))

# %% tags=["hide-output"]
published = facts.literature().rename(columns=str.capitalize)
published["Protocol"] = published["Protocol"].str.replace("_", " ")
show.table(published.sort_values(["Protocol", "Accuracy"]), "Published accuracies in percent")

# %% [markdown]
# ## Recommendation
#
# The report recommends one model, on the strength of figures that were typed in. The sentences below are written by code from the tests above. They change when the records change.

# %% tags=["hide-input"]
sentences = comparison.recommendation(everything, tests)
glue("c5_recommendation", " ".join(sentences), display=False)
show.say(*sentences)

# %% [markdown]
# ## What this shows and what it does not
#
# The chapter shows which differences between the models hold on the tracks of this {term}`edition` under this {term}`protocol`, for this variant and seed. It does not show what another seed would give, since each fit was made once. It does not show that a model which is not told from another is as good. And where the edition is small, or was composed by rule, nothing here carries over to music at large.
