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
# # Main objective
#
# *Level: first steps; the one formula may be skipped. Reading time: about {sub-ref}`wordcount-minutes` minutes.*
#
# ```{admonition} In this chapter
# :class: tip
# You learn
# - what the {term}`original report` set out to do, and for whom;
# - what it claimed, and what it really computed;
# - how to work out the best score that any model could reach on its data;
# - how this book does the same work so that each number can be traced.
# ```
#
# ## The task
#
# A clip of music goes in; one of ten genre names comes out. The report treats this as supervised classification: a model sees labelled tracks, adjusts itself, and is then asked about tracks that it has not seen. It compares five kinds of neural network, each with an input of its own. {doc}`04_models` builds all five.

# %% tags=["parameters", "remove-cell"]
data = "gtzan-archive"
records = ""
protocol = "artist_cv"
variant = "tuned"
seed = 0

# %% tags=["hide-input"]
import pandas as pd

from mgc.datasets import facts
from mgc.display import formats, notebook, result_tables
from mgc.display.figures import feature_plots
from mgc.display.glue import CHAPTER, CLAIMS, Glue
from mgc.records.study import open_study
from mgc.report import synthetic

study = open_study(
    data,
    records=records,
    protocol=protocol,
    variant=variant,
    seeds=seed,
)
edition = study.edition_record
claims = facts.report_claims()
glue = Glue(CLAIMS, CHAPTER)
glue.many(
    {"c1_edition": edition.name, "c1_tracks": formats.count(edition.n_tracks)},
    edition,
)

# %% [markdown]
# The figure that matters shows what the report claims, and the most that any classifier can reach on the numbers that its code generated. The rest of the chapter tells how we know.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Accuracy claimed by the report (diamonds) and the most that any classifier can reach on the data its code generated (bars). The dotted line is guessing among ten genres.", "name": "fig-ceiling"}, "image": {"alt": "Bar chart of five models. The bars of what is possible stay far below the diamonds of what the report claims, for every model."}}
best = synthetic.model_ceilings()
feature_plots.ceilings(claims, best)

# %% [markdown]
# ```{admonition} To remember
# :class: important
# The report measured nothing. Its code draws random numbers, and {glue:text}`c1_above` of its stated accuracies are higher than any classifier could reach on them.
# ```

# %% tags=["remove-input"]
notebook.table(
    result_tables.claims_table(claims), "What the original report states for its five models"
)

# %% [markdown]
# The table repeats the report. Nothing in it was computed here. Wherever a page of this book quotes such a number, it is marked <q class="claim">like this</q>. Every other result in the text is computed by code, nearly all of them from the records of real runs.
#
# ## Who would use it
#
# The report names four groups. Streaming services want labels without paying for each one. Producers and record companies want to watch trends. Libraries want to order and search their collections. Researchers want to measure how styles differ and change.
#
# For all four, the useful number is how often the model is right on music *by artists it has never heard*. That is a harder question than the one most published figures answer. {doc}`02_dataset` and {doc}`05_comparison` come back to it.
#
# ## What the report computed
#
# The report's code does not open an audio file. It draws normally distributed random numbers in the shape of features, spectrograms and sequences. For a few genres it then raises a block of values. These are all the differences between genres that its models could learn:

# %% tags=["remove-input"]
notebook.table(
    synthetic.shifts_table(),
    "What sets genres apart in the report's random data; sequences have no entry",
)

# %% [markdown]
# For such data the best classifier is known. It compares likelihoods. If genre $g$ has $k$ values raised by $a$ standard deviations, the sum of these values carries all the information. The logarithm of the likelihood ratio between "genre $g$" and "plain noise" is
#
# $$
# \log \Lambda_g = a \sum_{i=1}^{k} x_i - \frac{k a^2}{2},
# \qquad
# \log \Lambda_g \sim \mathcal{N}\!\left(\pm \tfrac{1}{2} d_g^2,\; d_g^2\right),
# \qquad d_g = a \sqrt{k},
# $$
#
# with the plus sign for tracks of genre $g$ and the minus sign for all others. The last column of the table is the separation $d_g$. The best rule takes the genre with the largest ratio. If no ratio is positive, it can only guess among the genres that are plain noise. `synthetic.ceiling` plays this rule on simulated tracks. The bars of {numref}`fig-ceiling` are what it gets right.

# %% tags=["remove-input"]
N_TEST = 300  # the report's code holds back 30 % of 1,000 tracks
claimed = claims.set_index("model")["accuracy"]
above = sum(claimed[model] > share for model, share in best.items())
glue("c1_luck", formats.power_of_ten(synthetic.luck_exponent(claims, N_TEST)))
glue.many(
    {
        f"c1_best_{synthetic.MODEL_INPUTS[m]}": formats.percent(best[m])
        for m in ("mlp", "cnn", "lstm")
    }
)
glue.many({f"c1_claim_{model}": formats.percent(share, 2) for model, share in claimed.items()})
glue("c1_above", f"{above} of {len(claimed)}")

# %% [markdown]
# On the random features the best rule reaches {glue:text}`c1_best_tabular`, on the random spectrograms {glue:text}`c1_best_spectrogram`, and on the random sequences {glue:text}`c1_best_sequence`, which is guessing. The report states {glue:text}`c1_claim_mlp`, {glue:text}`c1_claim_vgg16` and {glue:text}`c1_claim_lstm` for models trained on these three. Of its stated accuracies, {glue:text}`c1_above` lie above the ceiling. Luck is no explanation: for the least unlikely of the five, the chance of such a score on the report's test tracks is below {glue:text}`c1_luck`.
#
# The code explains why. Its table of results is a list of typed constants, and a comment beside them calls them synthetic. So the report has no measured result. That says nothing against its five models. It says that nobody has looked yet.
#
# ## What this book does
#
# The book takes the report's plan as it stands and carries it out.
#
# - **Real signals.** Features come from audio, or from pictures of it, by tested functions ({doc}`03_features`, {doc}`02_dataset`).
# - **The same five models**, by the report's recipes and by tuned ones, with its mistakes mended in the open ({doc}`04_models`).
# - **Records.** Each fit leaves a {term}`record`: small text files with the configuration, the environment and the predicted probabilities of each track. The chapters compute every result from records, so a reader can recompute it without a GPU and without the audio.
# - **Uncertainty.** An accuracy comes with a {term}`confidence interval`, and two models are compared by a paired test on the same tracks ({doc}`05_comparison`).
# - **Several protocols.** How tracks are divided decides the score as much as the model does. One of the {term}`protocols <protocol>` here is wrong on purpose, to show it.
# - **Verdicts.** {doc}`06_findings` tests the report's findings one by one, and {doc}`07_next_steps` measures how far its targets are away and what its next steps are worth.
#
# The build that you read used the {term}`edition` {glue:text}`c1_edition` with {glue:text}`c1_tracks` tracks. Other editions give other numbers; the text follows them.
#
# ## What this shows and what it does not
#
# It shows that the report's accuracies cannot come from its own code, whatever the model. It does not show that such accuracies are out of reach on music. The following chapters measure that.

# %% [markdown]
# ## Check yourself
#
# **Why can no model, however good, reach the stated accuracies on the report's random features?**
#
# ```{dropdown} Answer
# Only a few genres are raised above the noise at all. The tracks of all others are drawn from one and the same distribution, and nothing tells them apart but luck.
# ```
#
# **Does this chapter show that the report's five models are bad?**
#
# ```{dropdown} Answer
# No. It shows that nobody measured them. What they reach on music is the question of the following chapters.
# ```

# %% [markdown]
# ## Exercises
#
# **1.** The report raised the values of a few genres by fixed amounts. By how much would it have had to raise them, for its random features to allow what it claims for the MLP?

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show the solution", "code_prompt_hide": "Hide the solution"}
from dataclasses import replace

rows = []
for factor in (0.5, 1, 2, 4, 8):
    shifts = synthetic.INPUTS["tabular"]
    stronger = tuple(replace(shift, amount=factor * shift.amount) for shift in shifts)
    reached = synthetic.ceiling(stronger)
    rows.append(
        {
            "values raised, as a multiple of the report's": formats.number(factor, 1),
            "ceiling": formats.percent(reached),
            "enough for the claim": "yes" if reached >= claimed["mlp"] else "no",
        }
    )
notebook.table(
    pd.DataFrame(rows),
    "No factor is enough: only three genres are raised, the other seven stay noise",
)

# %% [markdown]
# **2.** Suppose the accuracy that the report states for VGG16 had been measured on its test tracks. Between which values would the true accuracy lie, with 95 % confidence?

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show the solution", "code_prompt_hide": "Hide the solution"}
from mgc.evaluation.clusters import wilson

low, high = wilson(round(claimed["vgg16"] * N_TEST), N_TEST)
notebook.say(
    f"Wilson's interval for {formats.percent(claimed['vgg16'], 2)} of {N_TEST} tracks"
    " goes from"
    f" {formats.percent(low, 1)} to {formats.percent(high, 1)}. Of the four digits"
    " that the report"
    " prints, the last two say nothing."
)

# %% [markdown]
# ## Further reading
#
# - {cite:t}`tzanetakis2002` is where the task, the collection and the first honest figures come from.
# - {cite:t}`sturm2014` asks what a hundred systems for genre recognition have really been shown to do.
