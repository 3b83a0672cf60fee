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
# *Level: some statistics; each test is explained. Reading time: about {sub-ref}`wordcount-minutes` minutes.*
#
# ```{admonition} In this chapter
# :class: tip
# You learn
# - what the five networks reach, as the report wrote them and as well as we could train them;
# - how sure one may be of an accuracy that was measured on few tracks and with few seeds;
# - how to test whether one model is better than another;
# - which published accuracies may be set beside ours;
# - and what the evidence of this build carries, and what it does not.
#
# Five pages look closer: {doc}`17_protocols` at what the division of the tracks makes of a score, {doc}`18_sureness` at how sure the models are and where they agree, {doc}`19_cost` at time and size, {doc}`23_more_music` at what more tracks would do, {doc}`24_why_cnn` at what more trials for each network changed.
# ```

# %% tags=["parameters", "remove-cell"]
data = "gtzan-archive"
records = ""
protocol = "artist_cv"
variant = "tuned"
seed = 0

# %% tags=["hide-input"]
from dataclasses import replace

from mgc.datasets import facts
from mgc.datasets.gtzan import REPLOTTED, gtzan_table
from mgc.display import comparison, formats, notebook, pair_table, result_tables
from mgc.display.figures import comparison_plots, literature_plots
from mgc.display.glue import CLAIMS, TRACKS, Glue
from mgc.evaluation.accuracy import accuracy_summary
from mgc.evaluation.results import accuracy_table, load_results
from mgc.evaluation.significance import fits_of, pairwise
from mgc.evaluation.tracks import outcomes
from mgc.models import TITLES
from mgc.records.study import open_study

study = open_study(
    data,
    records=records,
    protocol=protocol,
    variant=variant,
    seeds=seed,
)
# Where all networks were tuned further, that is what the tests speak of.
results = load_results(study.tuned_further())
table, labels = results.table, results.labels
tests = pairwise(results.own)
claims = facts.report_claims().set_index("model")["accuracy"].to_dict()
chance = 1 / study.edition_record.tracks["genre"].nunique()
glue = Glue(results.own)

# %% [markdown]
# The figure that matters shows what was measured, how sure it is, and what the report states.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Accuracy of each row of the table with its 95 % interval over artists and, where there are several, seeds (large dots and bars), each seed alone (small grey dots), and what the report states for the same network (diamonds). The dashed line is guessing among equally frequent genres.", "name": "fig-accuracy"}, "image": {"alt": "Dot plot with one row a model and variant: the measured accuracy with an interval, small grey dots for single seeds, a hollow diamond for the accuracy that the report claims, and a dashed line for guessing."}}
comparison_plots.accuracies(table, claims=claims, line=chance)

# %% [markdown]
# ```{admonition} To remember
# :class: important
# A higher number is not yet a better model. With {glue:text}`c5_n_groups` artists in the test, other artists would move an accuracy by points. Of the {glue:text}`c5_network_pairs` pairs of networks, tests show {glue:text}`c5_network_shown` to differ.
# ```

# %% tags=["remove-input"]
n_test = table["n_tracks"].max()
between = tests[tests["first"].isin(results.networks) & tests["second"].isin(results.networks)]
glue("c5_edition", study.edition_record.name, study.edition_record)
glue.many(
    {
        "c5_protocol": facts.protocol_title(protocol),
        "c5_n_test": formats.count(n_test),
        "c5_n_groups": formats.count(table["n_groups"].max()),
        "c5_pairs": formats.count(len(tests)),
        "c5_shown": formats.count(tests["significant"].sum()),
        "c5_network_pairs": formats.count(len(between)),
        "c5_network_shown": formats.count(between["significant"].sum()),
    }
)
elsewhere = replace(study, protocol="fault_filtered")
filtered = [
    *fits_of(elsewhere.groups()).values(),
    *fits_of(elsewhere.tuned_further().groups()).values(),
]
most = max(filtered, key=lambda fits: accuracy_summary(fits).accuracy, default=[])
reached = (
    f", the best of the five {formats.percent(accuracy_summary(most).accuracy, 1)}" if most else ""
)
glue("c5_filtered", reached or ", where none of the five was run", most or study.edition_record)
glue("c5_claim", formats.percent(max(claims.values()), 2), CLAIMS)
glue("c5_claim_low", formats.percent(min(claims.values()), 2), CLAIMS)

# %% [markdown]
# ## The results
#
# The table holds the five networks in each {term}`variant <variant>` that has records, two {term}`baselines <baseline>`, and classical models. *As written* is the report's network with the report's recipe, with the mistakes mended that would make it meaningless. *Tuned* is the same layers on the same kind of input, trained by a recipe that we chose on validation tracks ({doc}`04_models` lists the trials). *Tuned further* is the best of as many trials as the classical models had ({doc}`24_why_cnn`). The recommendation below and the front page speak of these. Some networks come out a little lower so than before; test tracks may not choose between the two. *Majority class* names the most frequent genre of the training part, whatever it hears: it is what guessing is worth. *Logistic regression* reads the same statistics as the MLP and has no hidden layer. The *tuned* classical models had their settings chosen on validation tracks like the networks ({doc}`04_models`); two of them read statistics of the same pictures that the CNN sees. They are what a deep network must beat to earn its cost.

# %% tags=["remove-input"]
csv = notebook.file_link(table.drop(columns="single"), "accuracies.csv", "The table as CSV")
shown = result_tables.seeds_table(table)
notebook.table(shown, "Accuracy on the test part, mean over seeds", csv)

# %% tags=["remove-input"]
notebook.say(*comparison.yardsticks(results.study, results.networks))

# %% [markdown]
# *Spread* is the standard deviation over {term}`seeds <seed>`: the same network, trained again from other random numbers. Classical models leave nothing to chance, so that one fit is enough. *Macro F1* is the mean over genres, so that no genre counts for more than another.

# %% [markdown]
# The diamonds of {numref}`fig-accuracy` stand for the report's statements, from {glue:text}`c5_claim_low` to {glue:text}`c5_claim`. They were never measured ({doc}`01_objective`), and they speak of a random split of all of GTZAN. The figure shows both side by side; it is no test. {doc}`06_findings` sets them beside our random split.

# %% tags=["remove-input"]
notebook.table(comparison.ranking(results.networks), "The report's ranking and ours")

# %% [markdown]
# ## How sure is one accuracy?
#
# Two things are left to chance. The test part has {glue:text}`c5_n_test` tracks of {glue:text}`c5_n_groups` artists (one who stands in two genres counts in each), and other artists of the same kind would give another accuracy. And the training starts from random numbers, so another seed would give another network. Where a row has several seeds, its interval covers both; with one, it covers the artists alone.
#
# If all tracks were independent, the uncertainty of one network would be about
#
# $$
# \hat p \pm 1.96 \sqrt{\frac{\hat p\,(1 - \hat p)}{n}}
# $$ (eq-independent)
#
# for a share $\hat p$ of $n$ tracks; Wilson's score interval {cite:p}`wilson1927` is a better version of it. But tracks of one artist are not independent. An artist who plays the same guitar in the same room seventeen times gives the network seventeen chances to be right, or wrong, for the same reason. So the intervals of this book resample artists. From the artists of each genre, as many are drawn with replacement as the genre has (less one, with a weight for that {cite:p}`mccarthy1985`). Each comes with all of its tracks and seeds, and seeds are drawn in the same way. Then the accuracy is computed anew. This is done ten thousand times, and the 95 % interval holds the middle nineteen of twenty results. A track whose artist nobody knows counts as an artist of its own. No interval covers another draw of *training* tracks.
#
# The table sets beside them what independent tracks would have pretended.

# %% tags=["remove-input"]
notebook.table(
    result_tables.widths_table(results.groups, labels),
    "The same accuracies, with artists and with tracks resampled",
)

# %% [markdown]
# ## Which differences are real?
#
# Two models that were tested on the same tracks are compared track by track. Tracks that both get right, or both get wrong, say nothing about the difference. What counts are the tracks that only one of them gets right. If neither model were better, each such track would be as likely to favour the one as the other, like a coin. The {term}`exact McNemar test` {cite:p}`mcnemar1947,dietterich1998` computes how unlikely the observed imbalance is for a fair coin. If $b$ tracks were right with the one model only and $c$ with the other only, the p value is
#
# $$
# p = \min\!\left(1,\; 2 \sum_{k=0}^{\min(b, c)} \binom{b + c}{k}\, 2^{-(b + c)} \right).
# $$ (eq-mcnemar)
#
# That takes every track for a coin of its own. Tracks of one artist are not: they fall alike. So this book tosses one coin for each artist. It adds up by how many tracks, over all seeds, the one model is ahead of the other on an artist. Then it asks how often the sum over all artists would be as far from zero if the two models were swapped at random within artists. This is a permutation test over artists, computed exactly; where every artist has one track and there is one seed, it is {eq}`eq-mcnemar`. It speaks of these fits; others might differ.
#
# With {glue:text}`c5_pairs` pairs, some would look different by luck alone. Holm's correction {cite:p}`holm1979` raises each p value so that the chance of even one false finding among all pairs stays below one in twenty.

# %% tags=["remove-input"]
pair_table.matrix(tests, labels)

# %% [markdown]
# Of {glue:text}`c5_pairs` differences, the tests show {glue:text}`c5_shown`. "Not shown" does not mean "equal": with few tracks, only large differences can be shown. {doc}`07_next_steps` estimates how many tracks it would take. Whether a network gains from another recipe is asked among all rows of the table, with Holm's correction over all their pairs:

# %% tags=["remove-input"]
notebook.say(*comparison.variant_statements(pairwise(results.groups), results.study.variant))

# %% [markdown]
# ## What else the headline rests on
#
# Three things can be checked that could flatter or harm these numbers. The recipes were chosen on the validation part of the fault-filtered split ({doc}`04_models`, {doc}`24_why_cnn`), and most of its tracks are tested here: each by a network that did not train on it, but whose recipe was judged on it. The artist folds keep the tracks that the fault-filtered split leaves out as copies, distorted or wrongly labelled. And {glue:text}`c5_replotted` pictures of jazz were drawn by another version of a plotting library ({doc}`02_dataset`): a model may know them by that. So here are the same predictions without each of the three. A fourth was not checked: the further trials of the CNN could leave out dropout, since that had helped on test tracks already, and those of the other networks could not. The best of its trials with dropout was not fitted.

# %% tags=["remove-input"]
listed = gtzan_table().set_index("track_id")["fault_filtered"]
subsets = {
    "all": listed.index,
    "none chosen on": listed.index[listed != "valid"],
    "no known fault": listed.index[listed != ""],
    "no redrawn jazz": listed.index.difference(REPLOTTED),
}
notebook.table(
    result_tables.subsets_table(results.own, subsets, labels),
    "Accuracy on all tracks, and without some of them",
)

# %% tags=["remove-input"]
glue("c5_replotted", formats.count(len(REPLOTTED)), TRACKS)
notebook.table(
    result_tables.replotted_table(results.own, labels),
    "Share of jazz that is found, by how its picture was drawn",
)

# %% [markdown]
# Most models find redrawn jazz more often than other jazz, some far more often. But so does the majority class, which hears nothing: in one fold all tested jazz is redrawn, and jazz is the most frequent genre of its training part. They are of other artists, too. So folds and artists explain a part of the difference, and how large a part, this table cannot say. {doc}`15_data` has a control: the same ten jazz tracks, drawn anew from their audio, are called jazz less often by one of two models. The last column of the first table leaves these pictures out of the test. They did train, and they helped to choose the recipes, which {doc}`24_why_cnn` looks into.

# %% [markdown]
# ## Beside the literature
#
# A figure from a paper can be compared with ours only if the tracks were divided in the same way. Under {term}`leaky segments`, pieces of one track stand in training and test alike. Under a random split, artists and repeated recordings do {cite:p}`sturm2013`. The {term}`fault-filtered split` {cite:p}`kereliuk2015` avoids most of that, and the same systems score lower under it.

# %% tags=["remove-input"]
published = comparison.published_figures()
ours = comparison.comparable_accuracies(results)

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Published accuracies on GTZAN by protocol (squares). Dots are this book's, where the edition is all of GTZAN. Compare within a group only.", "name": "fig-literature"}, "image": {"alt": "Dot plot of published accuracies on GTZAN, grouped by protocol."}}
literature_plots.literature(published, facts.protocol_title(protocol), ours)

# %% tags=["remove-input"]
notebook.say(comparison.beside_literature(results))

# %% tags=["remove-input", "hide-output"]
notebook.table(
    published.sort_values(["protocol", "accuracy"]).rename(columns=str.capitalize),
    "Published accuracies in percent",
)

# %% [markdown]
# ## Recommendation
#
# The report recommends one model, on the strength of figures that were typed in. The sentences below are written by code from the tests above. They change when the records change. They speak of the networks tuned further, where all five have records of that. How VGG16 stands to the CNN may hang on the recipes; {doc}`06_findings` asks those chosen first, too.

# %% tags=["remove-input"]
sentences = comparison.recommendation(results.own, tests)
glue("c5_recommendation", " ".join(sentences), results.own)
glue("c5_answer", " ".join(comparison.answer(results.own, tests)), results.own)
notebook.say(*sentences)

# %% [markdown]
# ## What this shows and what it does not
#
# The chapter shows which differences between the networks hold on the tracks of this {term}`edition` under this {term}`protocol`. It does not show that a model which is not told from another is as good. It does not show what the networks would reach with more tracks, with training data from elsewhere, or with full-resolution audio of all of GTZAN. And where the edition was composed by rule, nothing here carries over to music at large.

# %% [markdown]
# ## Check yourself
#
# **The intervals of two models overlap. Are the models equally good?**
#
# ```{dropdown} Answer
# That does not follow. Both were tested on the same tracks, and the test of a pair looks at the tracks on which they differ. It may show a difference where intervals overlap. And where it shows none, they may differ all the same.
# ```
#
# **Why does this book resample artists and not tracks?**
#
# ```{dropdown} Answer
# Tracks of one artist are alike, so a model is right or wrong on them together. Counted one by one, they pretend to more evidence than there is, and intervals come out too narrow.
# ```

# %% [markdown]
# ## Exercises
#
# **1.** On sixteen tracks only one of two models is right: twelve times the first, four times the second. Is the first better? Use {eq}`eq-mcnemar`, and look at what a library says.

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show the solution", "code_prompt_hide": "Hide the solution"}
from math import comb

from scipy.stats import binomtest

b, c = 12, 4
tail = sum(comb(b + c, k) for k in range(min(b, c) + 1))
by_hand = min(1.0, 2 * tail / 2 ** (b + c))
notebook.say(
    f"By hand {formats.p_value(by_hand)}, by SciPy"
    f" {formats.p_value(float(binomtest(b, b + c).pvalue))}. Three"
    " times as many tracks speak for the first model, and still nothing is shown at"
    " the usual level."
)

# %% [markdown]
# **2.** How wide would the interval of the best network be with four times as many tracks, of four times as many artists?

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show the solution", "code_prompt_hide": "Hide the solution"}
networks = table[table["key"].isin(results.networks)]
if networks.empty:
    answer = "No network has a record here."
else:
    top = networks.loc[networks["accuracy"].idxmax()]
    width = top["high"] - top["low"]
    now, then = (formats.points(each, 1).lstrip("+") for each in (width, width / 2))
    answer = (
        f"Now it is {now} wide. A width shrinks with the square root of what is"
        f" independent, and that is artists: four times as many artists, about {then}."
        " Four times as many tracks of the same artists would do far less."
    )
notebook.say(answer)

# %% [markdown]
# **3.** Take the two networks with the highest accuracy. On how many tracks is only one of them right, in this build's seed? Where do they err together?

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show the solution", "code_prompt_hide": "Hide the solution"}
ranked = accuracy_table(results.records).sort_values("accuracy", kind="stable")
top = list(ranked["key"].tail(2))
if len(top) < 2:
    answer = "It takes two networks with records."
else:
    pair = (outcomes(results.records[name]) for name in top)
    first, second = (answers.set_index("track_id") for answers in pair)
    second = second.loc[first.index]
    a, b = first["predicted"] == first["genre"], second["predicted"] == second["genre"]
    same = (first["predicted"] == second["predicted"])[~a & ~b]
    answer = (
        f"Only {TITLES[top[0]]} is right on {formats.count((a & ~b).sum())} tracks,"
        f" only {TITLES[top[1]]} on"
        f" {formats.count((b & ~a).sum())}. Both are wrong on"
        f" {formats.count((~a & ~b).sum())}, and on"
        f" {formats.count(same.sum())} of these they name the same wrong genre."
    )
notebook.say(answer)

# %% [markdown]
# ## Further reading
#
# - {cite:t}`dietterich1998` compares tests for comparing classifiers; it is why this book counts tracks and not folds.
# - {cite:t}`sturm2014horse` asks what a system that scores well has really learned.
# - {cite:t}`guo2017` show that modern networks are too sure of themselves, and a cheap remedy.
