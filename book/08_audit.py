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
# # The audit: every claim, one by one
#
# *Level: first steps; no mathematics. Reading time: about {sub-ref}`wordcount-minutes` minutes.*
#
# ```{admonition} In this appendix
# :class: tip
# You learn
# - which statements of the report can be checked at all;
# - what became of each, and on which evidence;
# - how to repeat the audit, and how to check the records that it rests on.
# ```

# %% tags=["parameters", "remove-cell"]
data = "gtzan-archive"
records = ""
protocol = "artist_cv"
variant = "tuned"
seed = 0

# %% tags=["hide-input"]
import pandas as pd

from mgc.datasets.gtzan import WHOLE_GTZAN
from mgc.display import formats, notebook
from mgc.display import glue as glue_module
from mgc.records.study import open_study
from mgc.report.audit import changed, counts, decide_all, evidence_table
from mgc.report.cards import cards, filters
from mgc.report.claims import find_claims, load_claims
from mgc.report.evidence import Evidence

study = open_study(
    data,
    records=records,
    protocol=protocol,
    variant=variant,
    seeds=seed,
)
claims = load_claims(find_claims())
decisions = decide_all(claims, Evidence(study))
named = {fit for decision in decisions.values() for fit in decision.records}
basis = [study.store.get(fit) for fit in sorted(named)]
glue = glue_module.Glue("book/claims.csv", [record for record in basis if record])

# %% tags=["remove-input"]
glue("c8_claims", formats.count(len(claims)), "book/claims.csv")
glue("c8_edition", study.edition_record.name, study.edition_record)
heard = study.with_audio().edition_record
glue("c8_heard", heard.name, heard)
for name, number in counts(decisions).items():
    glue(f"c8_{name.replace(' ', '_')}", formats.count(number))

# %% [markdown]
# ```{admonition} To remember
# :class: important
# A claim is worth what could have refuted it. Of {glue:text}`c8_claims` statements {glue:text}`c8_contradicted` are contradicted, many of them by the report's own code, and for {glue:text}`c8_not_testable_here` nothing at hand could decide.
# ```
#
# ## The result
#
# We wrote down {glue:text}`c8_claims` statements of the report that can be right or wrong. Each has an entry in the file `book/claims.csv`, in our words, with the figure that it names and the kind of evidence that decides it. A few are implied by the code rather than said; they are marked. Records, measurements and calculations were judged by code when this page was built. Two kinds of verdict were not: where the report's own code is the evidence, somebody read it, and where nothing here can decide, somebody wrote down why. The counts of GTZAN's faults are Sturm's.

# %% tags=["remove-input"]
notebook.table(evidence_table(decisions), "Verdicts by evidence")

# %% [markdown]
# - **Confirmed** ({glue:text}`c8_confirmed`): a test or a count that could have spoken against the claim speaks for it.
# - **Compatible** ({glue:text}`c8_compatible`): the stated figure or rank lies within what we measured, and so does much else. An interval of twenty points confirms nothing.
# - **Partly** ({glue:text}`c8_partly`): one part of the claim holds and another does not or is open, or it holds, or may hold, by one recipe and not by another.
# - **Contradicted** ({glue:text}`c8_contradicted`): the evidence disagrees. Where chance plays a part, by more than chance, as far as the reason names a test or an interval.
# - **Not shown** ({glue:text}`c8_not_shown`): it was tested, and the test leaves it open.
# - **Not testable here** ({glue:text}`c8_not_testable_here`): there is no record or no measurement that could decide it. The reason is given.
#
# Claims about results rest on records of **{glue:text}`c8_edition`**, claims about sound on the audio of **{glue:text}`c8_heard`**. Accuracies and ranks are judged under a random split, since the report describes one; claims about what is better with artists kept apart; claims about what a step of training is worth under the fault-filtered split; training times as written. Differences between models are tested over all seeds with Holm's correction over the pairs of one variant and the baselines, as in {doc}`05_comparison`. Claims about what networks can do are put to two sets of recipes, those tuned further and those chosen first; where the verdicts differ, the reason gives both, and what only one of them confirms holds partly. Steps of training are tested with Bonferroni's over the models of a claim, those taken over from {doc}`07_next_steps` with artists apart and corrected over all its rows, and combinations of models by one paired test over artists and seeds. {doc}`06_findings` tells the most important ones at length, and {doc}`09_errors` the mistakes in the code.
#
# ### What changed
#
# An audit that cannot change its mind is none. The first edition of this one knew no artists, tuned the networks more than their rivals, and called a claim confirmed when an interval merely held it. {glue:text}`c8_changed` verdicts are others now, {glue:text}`c8_renamed` of them in name alone: what a test leaves open was called not testable then.

# %% tags=["remove-input", "hide-output"] mystnb={"code_prompt_show": "Show the verdicts that changed", "code_prompt_hide": "Hide the verdicts that changed"}
before = pd.read_csv(find_claims().with_name("verdicts_before.csv"))
renamed = before["why"].str.startswith("The same in the new words")
glue("c8_changed", formats.count(len(before)), "book/verdicts_before.csv")
glue("c8_renamed", formats.count(renamed.sum()), "book/verdicts_before.csv")
different = changed(decisions, before) if study.edition_record.name in WHOLE_GTZAN else None
notebook.table(different, "Verdicts of the first edition that are others now") if (
    different is not None
) else notebook.say("They are listed where the book is built from the records of GTZAN.")

# %% [markdown]
# Each claim has a card below. The number in its corner is a link to the card, to be passed on.

# %% tags=["remove-input"]
filters(decisions)

# %% [markdown]
# ## Objective and data

# %% tags=["remove-input"]
cards(decisions, 1, 2)

# %% [markdown]
# ## Cleaning, features and splits

# %% tags=["remove-input"]
cards(decisions, 3)

# %% [markdown]
# ## Training

# %% tags=["remove-input"]
cards(decisions, 4)

# %% [markdown]
# ## Results

# %% tags=["remove-input"]
cards(decisions, 5)

# %% [markdown]
# ## Findings, next steps, conclusion

# %% tags=["remove-input"]
cards(decisions, 6, 7, 8)

# %% [markdown]
# ## Repeat it
#
# ```shell
# nox -s audit          # judge every claim, prove every record, write CSV, JSON and HTML
# mgc audit FIT_ID      # tell in words what one fit was
# ```
#
# The first command also recomputes every published figure from the predictions and stops at the first that differs. It draws every split again, proves that it is disjoint and complete, and compares it with what was predicted. It checks that the configuration of each record has the hash that is its name, and that its other files have the checksums that were written with them. Whoever forged both a file and its checksum would pass that check; the history of the repository, and a fit made again, would not.
#
# ## What this shows and what it does not
#
# An audit can be wrong in three ways. The list may lack a claim. A claim may have been turned into a test that its author would not accept; the reasons say which test was used. And a verdict of *contradicted* rests on these tracks, these networks and these hours of training. Many claims of the report are contradicted by its own code; those verdicts rest on nothing else.

# %% [markdown]
# ## Check yourself
#
# **A claim is called compatible. Does the measurement bear it out?**
#
# ```{dropdown} Answer
# No. The interval holds the claim, and much else beside it. A wide interval is compatible with nearly everything, so it speaks for hardly anything.
# ```
#
# **Somebody changes one digit of a published accuracy. How does the audit find out?**
#
# ```{dropdown} Answer
# It computes every published figure anew from the predictions for each track, and stops at the first that differs. Were the predictions changed as well, their checksum would no longer fit. Were that changed too, only the history of the repository would tell, or a fit made again.
# ```
