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
# # Next steps
#
# *Level: some statistics, which {doc}`05_comparison` explains. Reading time: about {sub-ref}`wordcount-minutes` minutes.*
#
# ```{admonition} In this chapter
# :class: tip
# You learn
# - how far the networks are from the four targets that the report set itself;
# - what each of the report's next steps is worth on this data, and what it costs;
# - which steps were not measured, why, and what it would take.
# ```
#
# The report ends with wishes: fine-tuning, ensembles, better labels, metadata, graphs. It names targets, too: <q class="claim">more than {glue:text}`c7_target_accuracy`</q> accuracy, a clip in <q class="claim">{glue:text}`c7_target_latency`</q>, a million songs a day, and users who agree with {glue:text}`c7_target_agreement` of the labels. A wish is easily written down. This chapter takes the steps that can be taken here, each beside a control that is meant to differ in one thing, and says which of them pays.

# %% tags=["parameters", "remove-cell"]
data = "gtzan-archive"
records = ""
protocol = "artist_cv"
variant = "tuned"
seed = 0

# %% tags=["hide-input"]
from mgc.datasets import facts
from mgc.display import formats, notebook, step_tables
from mgc.display.figures import step_plots
from mgc.display.glue import CEILINGS, TARGETS, Glue
from mgc.evaluation import speed
from mgc.evaluation.results import load_results
from mgc.experiments import ledger, places, plan
from mgc.records.store import Store, default_root
from mgc.records.study import open_study
from mgc.report import targets

study = open_study(
    data,
    records=records,
    protocol=protocol,
    variant=variant,
    seeds=seed,
)
results = load_results(study.tuned_further())
fits = results.networks
goal = facts.report_targets()
steps = ledger.load(default_root())
glue = Glue(fits)

# %% tags=["remove-input"]
glue.many(
    {
        "c7_target_accuracy": formats.percent(goal["accuracy"]),
        "c7_target_latency": formats.duration(goal["latency"]),
        "c7_target_agreement": formats.percent(goal["agreement"]),
    },
    TARGETS,
)
glue("c7_people", formats.percent(facts.ceilings()["people"]), CEILINGS)
glue("c7_n_test", formats.count(results.n_tracks))
glue("c7_edition", study.edition_record.name, study.edition_record)
glue.many(step_tables.counts(steps), "book/next_steps.csv")
tuned = Store(default_root()).find(edition="gtzan-archive", protocol="artist_cv", variant="tuned")
glue("c7_times", formats.factor(places.spread_of_times(tuned)), tuned)

# %% [markdown]
# ## The four targets
#
# The report does not say what its targets of speed count. This book fixes one meaning, and {doc}`08_audit` and {doc}`11_speed` use the same: *from file to genre*, decoding included. A clip is thirty seconds, one request at a time, on one thread; the time is the one that nineteen in twenty stay below. A day is a folder on two cores.

# %% tags=["remove-input"]
measured = targets.speed_targets(speed.load(default_root() / speed.FILE))
notebook.say(targets.answers(fits, goal, measured))

# %% [markdown]
# On GTZAN itself the first target is close to the end of the scale. So many of its labels are wrong or contested that a system that hears as well as people do would score about <q class="claim">94.5 %</q> {cite:p}`sturm2013`. The answer above is about the five networks, which learned from GTZAN alone. The network that ships learned from other music first, and comes nearer, on another split: {doc}`10_network`. It is the one whose speed is given.
#
# ## What each step is worth
#
# The answer on accuracy above is about the networks tuned further; the steps start from the tuned ones ({doc}`04_models`). {numref}`fig-ledger` shows every step that was measured: at the top what learned from other music, under the fault-filtered split, then the others, the largest gain first. Step and control are tested on the same tracks, with artists kept apart where nothing else is said; the interval and the test count artists, not tracks, and Holm's correction is over all {glue:text}`c7_measured` rows. Settings were chosen on validation tracks alone. Some, such as the rates of fine-tuning and of the transformer and the recipes that steps begin from, come from the validation part of the fault-filtered split: most of its tracks are tested here, by networks that did not train on them ({doc}`05_comparison`). Of the steps, {glue:text}`c7_helps` help, {glue:text}`c7_hurts` hurt, and for {glue:text}`c7_not_shown` no difference is shown.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "What each step changes in accuracy, in points, with its 95 % interval. Filled marks are shown by the test after Holm's correction. Tested alone, a change at the edge of the pale band would be shown four times in five; Holm's correction asks for more. An arrow stands for what lies beyond the edge; time is that of training, by the control's.", "name": "fig-ledger"}, "image": {"alt": "One row a step, what learned from other music first, then sorted by the change in accuracy: a mark with its interval around a line at zero, a pale band for what is too small to be shown, the control below the name of the step, and the change in points at the right."}}
step_plots.ledger(steps)

# %% [markdown]
# Three pages have each step in full, with its control, its numbers and a figure of its own. In a sentence or two:
#
# ### Models and data
#
# In full in {doc}`20_steps_models`.

# %% tags=["remove-input"]
notebook.say(step_tables.remarks(steps, [*plan.MODELS, *plan.DATA]))

# %% [markdown]
# ### Features and architectures
#
# In full in {doc}`21_steps_features`.

# %% tags=["remove-input"]
notebook.say(step_tables.remarks(steps, [*plan.FEATURES, *plan.ARCHITECTURES]))

# %% [markdown]
# ### Training, testing and research
#
# In full in {doc}`22_steps_training`, with three questions that change no accuracy: does a model hear newer music as well, and all artists alike, and what does an answer rest on?

# %% tags=["remove-input"]
notebook.say(step_tables.remarks(steps, [*plan.TRAINING, *plan.RESEARCH]))

# %% [markdown]
# ```{admonition} To remember
# :class: important
# Most next steps change less than a thousand tracks can show: {glue:text}`c7_not_shown` of {glue:text}`c7_measured` here. And a gain is worth what its control is worth; without one, a leak looks like the best step of all.
# ```
#
# ## What was suspected
#
# Gains of more than ten points were suspected first. Metadata alone is measured against the same facts dealt out to the wrong tracks, since what is left of a gain when the facts belong to nobody is a fault of the method; nothing is left. The artist's name is measured twice: where artists of the test tracks were heard in training it adds much, and the same columns do not help once artists are kept apart, so that it is a leak. MusiCNN may have heard some of these tracks; {doc}`14_ceilings` asks how much that can be worth. Suspect labels have two controls, for it costs something to lose any tracks at all. Columns scaled anew for pictures in noise were suspected of having seen what they should not; they are scaled by validation tracks alone, and clean pictures, which need no such help, gain nothing from it.
#
# Two groups of rows are less fresh than the others. Of degraded pictures, and of learning in many places or in turns, an earlier version had been scored on test tracks before the one that is shown was made. Its settings come from validation tracks all the same, and no setting was chosen for its test score; but whoever has seen a test score once is no longer blind.
#
# The cost is the time of training, that of the features left out. What combines networks pays for all of them. A fit that leaves nothing to chance, such as logistic regression in most rows, has one seed, for another gives the same answer. Where altered copies or noise are drawn for it, each of three seeds draws others.
#
# {glue:text}`c7_no_cost` rows have no cost: a side was trained on a graphics card beside other fits, or one was timed by the clock on the wall and the other by the processor's, or on another edition. Costs of what combines networks are of the clock on the wall, and rough. Fits of one network on one backend differ up to {glue:text}`c7_times`-fold between seeds, by what else the machine did; and the seeds of the autoencoder ran on two backends, which differ far more.

# %% [markdown]
# ## What was not measured
#
# Some steps can be taken with the same data, and have no measurement yet. They stand here with what it would take.

# %% tags=["remove-input"]
notebook.table(step_tables.unmeasured("yet"), "Not yet measured")

# %% [markdown]
# Others need what this data does not have. People name the right one of ten genres in about {glue:text}`c7_people` of clips {cite:p}`dong2018`, of other music; nobody asked them about GTZAN.

# %% tags=["remove-input"]
notebook.table(step_tables.unmeasured("here"), "Not testable here")

# %% [markdown]
# ## How many tracks would it take?
#
# A next step is worth taking only if its effect can be seen. Take two models that disagree in who is right on a share $\psi$ of the tracks, and whose accuracies differ by $\delta$. To show that with the exact McNemar test at the usual level, in four of five attempts, the test part needs about
#
# $$
# n \approx \left( \frac{1.96 \sqrt{\psi} + 0.84 \sqrt{\psi - \delta^2}}{\delta} \right)^{2}
# $$
#
# tracks. The estimate uses the share $\psi$ of the two models with the highest accuracies here. It takes tracks for independent, and makes one test alone. Tracks of one artist are alike, and Holm's correction asks for more, so this is the least that it would take.

# %% tags=["remove-input"]
notebook.say(*targets.sample_sizes(fits))

# %% [markdown]
# ## What this shows and what it does not
#
# The chapter shows what the steps change on {glue:text}`c7_n_test` test tracks of {glue:text}`c7_edition`, with the models of this book. Most of the cheap steps were tried on logistic regression or the MLP, since that is where one thing can be changed at a time; another network may answer otherwise. A step that is not shown to help may still help by less than its row could have shown. Clips a day and tracks needed are estimates and are marked as such. It does not show how any step would do on other music, or on listeners.

# %% [markdown]
# ## Check yourself
#
# **The artist's name adds much under the random split, and does harm with artists apart. Which of the two would a service see?**
#
# ```{dropdown} Answer
# The second, if it is asked about artists that are new to it. Under the random split the same name stands on both sides, and to know the name is to know the genre.
# ```
#
# **A step gains a point and is not shown to help. Is it useless?**
#
# ```{dropdown} Answer
# Nobody knows. Its row says which difference could have been seen; a smaller one may well be there, and it takes more tracks, more artists above all, to see it.
# ```

# %% [markdown]
# ## Exercises
#
# **1.** Which steps of the ledger would have been called a success by someone who looks at the difference alone, and are not shown?

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show the solution", "code_prompt_hide": "Hide the solution"}
open_gains = steps[(steps["difference"] > 0) & (steps["verdict"] == ledger.NOT_SHOWN)]
names = formats.listing(list(open_gains["step"]))
notebook.say(f"{len(open_gains)} of them: {names}.")

# %% [markdown]
# **2.** What does a point of accuracy cost? Divide the extra training of each step that helps, where its time is known, by its gain.

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show the solution", "code_prompt_hide": "Hide the solution"}
paid = steps[(steps["verdict"] == ledger.HELPS) & steps["cost_factor"].notna()]
price = (paid["cost_factor"] - 1) / (100 * paid["difference"])
notebook.table(
    paid.assign(price=price.map(lambda x: formats.number(x, 2)))[["step", "price"]],
    "Further trainings for each point gained; below zero, cheaper than the control",
)

# %% [markdown]
# **3.** Holm's correction is over all rows. Which verdicts would change without it?

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show the solution", "code_prompt_hide": "Hide the solution"}
apart = (steps["low"] > 0) | (steps["high"] < 0)  # a verdict takes that, too
changed = steps[(steps["p"] < 0.05) & (steps["p_holm"] >= 0.05) & apart]
notebook.say(f"{len(changed)} would: {formats.listing(list(changed['step']))}.")

# %% [markdown]
# **4.** Two models disagree in who is right on three of ten tracks. How many test tracks does it take to show a given difference in accuracy: a small one, a middling one, a large one?

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show the solution", "code_prompt_hide": "Hide the solution"}
import pandas as pd

psi, needed = 0.3, {}
for delta in (0.02, 0.05, 0.1):
    n = ((1.96 * psi**0.5 + 0.84 * (psi - delta**2) ** 0.5) / delta) ** 2
    needed[formats.points(delta).lstrip("+")] = formats.count(round(n, -1))
notebook.table(
    pd.DataFrame(needed.items(), columns=["difference", "tracks needed, estimate"]),
    "Half the difference takes four times the tracks; all of GTZAN has a thousand",
)

# %% [markdown]
# ## Further reading
#
# - {cite:t}`castellon2021` learn from music without labels, far beyond GTZAN, and score where this book does not reach.
# - {cite:t}`northcutt2021` find wrong labels by what a model does not believe; cleanlab is their program.
# - {cite:t}`zhou2004` let labels spread over a graph.
# - {cite:t}`mcmahan2017` average the weights of networks that train apart.
# - {cite:t}`dietterich1998` is the source for what a small test part can show.
