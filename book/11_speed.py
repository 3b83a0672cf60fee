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
# # How fast it is
#
# *Level: first steps; no mathematics. Reading time: about {sub-ref}`wordcount-minutes` minutes.*
#
# ```{admonition} In this appendix
# :class: tip
# You learn
# - how long the steps of this book take, and how the time grows with the music;
# - which goals of speed are reached, and which are not;
# - what classifying a million clips would take.
# ```
#
# A second on one machine says little about another. So every goal is about a ratio that was measured in one run, or stands beside the machine that it was measured on.

# %% tags=["parameters", "remove-cell"]
data = "gtzan-archive"
records = ""
protocol = "artist_cv"
variant = "tuned"
seed = 0

# %% tags=["hide-input"]
import pandas as pd

from mgc.display import formats, notebook
from mgc.display.figures import speed_plots
from mgc.display.glue import Glue
from mgc.evaluation import speed
from mgc.records.store import default_root

# Speed does not depend on the data of the other chapters.
bench = speed.load(default_root() / speed.FILE)
measured, machine = bench.figures, bench.machine
value = {figure.key: figure.value for figure in measured}
glue = Glue(f"book/records/{speed.FILE}")

# %% tags=["remove-input"]
with_goal = [figure for figure in measured if figure.goal]
glue.many(
    {
        "c11_date": str(machine["date"]),
        "c11_cores": formats.count(machine["cores"]),
        "c11_platform": str(machine["platform"]),
        "c11_goals": formats.count(len(with_goal)),
        "c11_met": formats.count(sum(figure.met for figure in with_goal)),
    }
)
digits = {
    "features_each": 1, "features_stft": 1, "clip_ratio": 1, "memory": 2, "tracks_exponent": 2,
    "two_processes": 2, "length_exponent": 2, "genres_million": 0, "clip_p95": 0, "clip_ms": 0,
    "report_ms": 0, "plain_ms": 0,
}  # fmt: skip
glue.many({f"c11_{key}": formats.number(value[key], n) for key, n in digits.items()})
goal = {figure.key: figure.goal for figure in measured}
glue("c11_clip_ratio_goal", formats.count(goal["clip_ratio"]))

# %% [markdown]
# ```{admonition} To remember
# :class: important
# A time belongs to a machine. A ratio measured in one run carries further, and even that wanders: look at the range before you trust the median.
# ```
#
# ## The figures
#
# Measured on {glue:text}`c11_date` on a machine with {glue:text}`c11_cores` cores ({glue:text}`c11_platform`, no GPU) that did nothing else. Of {glue:text}`c11_goals` goals {glue:text}`c11_met` are reached. An estimate is calculated from other figures of the table; nobody waited for it. A virtual machine shares its processor with others, so that single measurements wander: the column of ranges says how far.

# %% tags=["remove-input"]
notebook.table(
    pd.DataFrame(figure.row() for figure in measured),
    "Speed: the median of n measurements, or what the name says",
)

# %% tags=["remove-input"] mystnb={"figure": {"caption": "How many times better than its goal each figure is. What ends left of the dashed line misses its goal.", "name": "fig-goals"}, "image": {"alt": "Dots: how many times better than its goal each figure is, on a logarithmic axis; a line marks the goal."}}
speed_plots.targets(
    {figure.title: figure.times_the_goal for figure in with_goal},
    1.0,
    unit="times as good as the goal",
    target_label="the goal",
)

# %% [markdown]
# ## What they mean
#
# **Features.** All statistics come from one Fourier transform and a small second one. That takes {glue:text}`c11_features_stft` times as long as one transform alone, and one librosa call for each feature takes {glue:text}`c11_features_each` times as long as ours. The rest of the time goes into the tempo, which needs an autocorrelation of eight seconds for every frame, the second transform of the sequence, and the sorting for the spectral contrast.
#
# **Two processes.** A second process makes the largest folder {glue:text}`c11_two_processes` times as fast. It would be twice, but each process starts SciPy and librosa for itself, which takes seconds, and the last part of the folder leaves one of them idle.
#
# **A clip.** From file to genre the shipped network needs {glue:text}`c11_clip_ms` ms, and nineteen times in twenty not more than about {glue:text}`c11_clip_p95` ms, decoding included. Set beside it are two ways to ask the report's CNN about its large spectrogram: with our own features it takes {glue:text}`c11_report_ms` ms, and the usual way, librosa and then Keras's `predict`, {glue:text}`c11_plain_ms` ms. That is {glue:text}`c11_clip_ratio` times ours; the goal was {glue:text}`c11_clip_ratio_goal` times. These are different networks: {doc}`10_network` says how often the one that ships is right, {doc}`17_protocols` what the report's CNN reaches.
#
# **Growth.** The time of a folder grows with the number of tracks to the power of {glue:text}`c11_tracks_exponent`; below one, because starting takes its share. The time of a file grows with its length to the power of {glue:text}`c11_length_exponent`. Memory does not grow: with ten times the tracks the peak is {glue:text}`c11_memory` times as high.
#
# {numref}`fig-growth` shows the measurements and the fitted lines. A line of slope one would mean that twice the music takes twice the time.

# %% tags=["remove-input"] mystnb={"figure": {"caption": "Seconds against size, both axes logarithmic: measurements (dots), the power law through them (lines) and its exponent. Time that falls with a second process has a negative exponent; halving it would be minus one.", "name": "fig-growth"}, "image": {"alt": "Three panels with logarithmic axes: seconds against tracks, seconds of audio, and processes; dots with a straight line through each series and its exponent."}}
speed_plots.growth(bench.curves)

# %% [markdown]
# **A million clips.** At this rate they take {glue:text}`c11_genres_million` hours of this machine. {doc}`cluster` tells how to use more than one.
#
# ## What is not shown
#
# No GPU was measured. The clips of the demo edition are short Ogg files on a local disk; other formats, and disks behind a network, have other costs. `nox -s bench` measures on your machine.

# %% [markdown]
# ## Check yourself
#
# **Two processes need more than half the time of one. Where does the rest go?**
#
# ```{dropdown} Answer
# Each process starts its libraries for itself, and at the end of the folder one of them has nothing left to do.
# ```
#
# **Why is the 95th percentile a better promise than the mean?**
#
# ```{dropdown} Answer
# Who waits, waits for one answer. The percentile says how long nineteen of twenty wait at most. A mean may look fine while some wait much longer.
# ```
