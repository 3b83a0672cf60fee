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
# ```{admonition} In this chapter
# :class: tip
# You learn
# - how far the records are from the targets that the report set itself;
# - which of these targets were measured, which are estimates, and which cannot be decided here;
# - how many test tracks it takes to show a small improvement;
# - which of the report's next steps could be decided, and by what.
# ```
#
# The report ends with a plan and four targets: an accuracy above {glue:text}`c7_target_accuracy`, less than {glue:text}`c7_target_latency` for a clip of thirty seconds, {glue:text}`c7_target_throughput` songs a day, and users who agree with {glue:text}`c7_target_agreement` of the labels. A plan needs a starting point, and the report had none. This chapter measures it.

# %% tags=["parameters", "remove-cell"]
data = "gtzan-archive"
records = ""
protocol = "artist_cv"
variant = "tuned"
seed = 0

# %% tags=["hide-input"]
from mgc.datasets import facts
from mgc.display import formats, notebook
from mgc.display.figures import comparison_plots
from mgc.display.glue import TARGETS, Glue
from mgc.evaluation import speed
from mgc.evaluation.results import accuracy_table, load_results
from mgc.records.store import default_root
from mgc.records.study import open_study
from mgc.report import model_findings, targets

study = open_study(data, records=records, protocol=protocol, variant=variant, seeds=(seed,))
results = load_results(study)
fits = results.networks
goal = facts.report_targets()
glue = Glue(fits)

# %% tags=["hide-input"]
glue.many(
    {
        "c7_target_accuracy": formats.percent(goal["accuracy"]),
        "c7_target_latency": formats.duration(goal["latency"]),
        "c7_target_throughput": formats.count(goal["throughput"]),
        "c7_target_agreement": formats.percent(goal["agreement"]),
    },
    TARGETS,
)
glue("c7_n_test", formats.count(results.n_tracks))
glue("c7_edition", study.edition_record.name, study.edition_record)

# %% [markdown]
# The figure that matters shows the distance to the target of accuracy.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Measured accuracy with its 95 % interval (dots and bars) and the report's target (dashed line).", "name": "fig-target"}, "image": {"alt": "Dot plot with one row a model: accuracy with an interval, and a dashed vertical line at the target."}}
comparison_plots.accuracies(accuracy_table(fits), line=goal["accuracy"], line_label="target")

# %% [markdown]
# ## Accuracy
#
# A target is reached when the whole interval lies at or above it, and missed when the whole interval lies below. In between, the test part is too small to say. {numref}`fig-target` shows how the intervals lie.

# %%
gaps = targets.accuracy_gap(fits, goal["accuracy"])
notebook.table(gaps, "Accuracy on the test part against the report's target")

# %% tags=["hide-input"]
notebook.say(targets.nearest(fits, goal["accuracy"]))

# %% [markdown]
# On GTZAN itself the target is close to the end of the scale. So many of its labels are wrong or contested that a system that hears as well as people do would score about <q class="claim">94.5 %</q> {cite:p}`sturm2013`. A score near that deserves suspicion before applause.
#
# ### What a cheap combination gains
#
# The report wants to combine models. Averaging the probabilities of all models that were run costs nothing but their predictions:

# %%
run = list(results.records)
together = model_findings.combination_helps(fits, run) if len(run) > 1 else None
notebook.say(together.reason if together else "It takes two models with records.")

# %% [markdown]
# ## Speed
#
# The report does not say what its targets of speed count. This book fixes one meaning, and {doc}`08_audit` and {doc}`11_speed` use the same: *from file to genre*, decoding included. A clip is thirty seconds, one request at a time, on one thread; the time is the one that nineteen in twenty stay below. A day is a folder on two cores, at the rate at which they do it. Both were measured once, on the machine that {doc}`11_speed` describes.

# %% tags=["hide-input"]
measured = targets.speed_targets(speed.load(default_root() / speed.FILE))
glue.many(
    {
        "c7_clip": formats.duration(measured.clip_s),
        "c7_clip_report": formats.duration(measured.report_s),
        "c7_day": formats.count(measured.clips_a_day),
    },
    f"book/records/{speed.FILE}",
)
notebook.say(*targets.speed_statements(measured, goal["latency"], goal["throughput"]))

# %% [markdown]
# A fast answer is not a right one: what the shipped network gets right stands in {doc}`10_network`.
#
# ## Agreement of users
#
# The fourth target needs people who listen and answer. No record holds that, and no accuracy stands for it: labels and listeners disagree even about well-known pieces. It is not decided here.
#
# ## How many tracks would it take?
#
# A next step is worth taking only if its effect can be seen. Take two models that disagree in who is right on a share $\psi$ of the tracks, and whose accuracies differ by $\delta$. To show that with the exact McNemar test at the usual level, in four of five attempts, the test part needs about
#
# $$
# n \approx \left( \frac{1.96 \sqrt{\psi} + 0.84 \sqrt{\psi - \delta^2}}{\delta} \right)^{2}
# $$
#
# tracks. The estimate uses the share $\psi$ of the two models with the highest accuracies here.

# %% tags=["hide-input"]
notebook.say(*targets.sample_sizes(fits))

# %% [markdown]
# ## The report's next steps, and what would decide them
#
# The report proposes dozens of steps. Few of them say how one would know that they worked. These do, once a measurement is added:
#
# - **Fine-tuning VGG16.** Unfreeze its last block and compare with the frozen base on the same folds, by the paired test of {doc}`05_comparison`. It costs a full pass through the base in every epoch, since its output can no longer be stored.
# - **Augmentation.** The package already makes stretched, shifted and noisy copies of training tracks; they are a {term}`variant`. Fit with and without, over several seeds. For robustness, alter the test tracks too, and see how fast accuracy falls.
# - **Combining models.** Done above in its simplest form. A trained combination needs a validation part of its own, or it will flatter itself.
# - **Better labels.** Leave out the known faults of GTZAN and see which results change. That tests the data, not the models.
# - **Other collections.** Train here and test elsewhere. No other single step says as much about whether a model hears genre or the habits of a collection {cite:p}`sturm2014horse`.
# - **Attention, transformers, features learned elsewhere.** The table in {doc}`05_comparison` shows where published scores are highest: systems that learned from large collections outside GTZAN.
# - **Compression for telephones.** Compare speed and accuracy before and after, on the telephone.
#
# Others have no measurement that the report names, and stay wishes until they do: interpretability, fairness, and models that follow how genres change.
#
# ## What this shows and what it does not
#
# The chapter shows the distance between these models and the report's targets, on {glue:text}`c7_n_test` test tracks of {glue:text}`c7_edition` and on one machine. Numbers of tracks a day and of tracks needed are estimates and are marked as such. It does not show how the models would do on a faster machine, on longer music, or on listeners.

# %% [markdown]
# ## Exercises
#
# **1.** How many clips a second is the report's target for a day, if the machine never rests? How long may one clip take on one core, on four?

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show the solution", "code_prompt_hide": "Hide the solution"}
each_second = goal["throughput"] / (24 * 3600)
notebook.say(
    f"{formats.number(each_second, 1)} clips a second. One core has {formats.duration(1 / each_second)} for a"
    f" clip, four cores {formats.duration(4 / each_second)} each."
)

# %% [markdown]
# **2.** Two models disagree in who is right on three of ten tracks. How many test tracks does it take to show a given difference in accuracy: a small one, a middling one, a large one?

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
# - {cite:t}`dietterich1998` is the source for what a small test part can show.
