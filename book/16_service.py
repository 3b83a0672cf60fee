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
# # From a laptop to a service
#
# *Level: some programming. Reading time: about {sub-ref}`wordcount-minutes` minutes.*
#
# ```{admonition} In this appendix
# :class: tip
# You learn
# - how a network answers over HTTP, and what it refuses;
# - how the service holds when many ask at a time, and when decoders and clients misbehave;
# - how to put it into a container;
# - how to tell whether a new network is better than the old one;
# - how to notice that the music has changed, and what a false alarm costs.
# ```
#
# The report's plan ends with a system that people use. `mgc predict` is one for a person at a terminal. This page is about a network that others ask.

# %% tags=["parameters", "remove-cell"]
data = "gtzan-archive"
records = ""
protocol = "artist_cv"
variant = "tuned"
seed = 0

# %% tags=["hide-input"]
from mgc.display import formats, notebook, service_tables
from mgc.display.glue import Glue
from mgc.evaluation import drift
from mgc.records.store import default_root
from mgc.service import records as measured

# What the service does depends on the network that ships, not on the data of
# the other chapters.
load = measured.load_record(default_root())
looks = measured.load_sequential(default_root())
watched = measured.load_monitoring(default_root())
glue = Glue(f"book/records/{measured.LOAD_FILE}")

# %% tags=["remove-input"]
first, last = load.levels.iloc[0], load.levels.iloc[-1]
limits = load.facts["model"]["limits"]
glue.many(
    {
        "c16_date": str(load.facts["date"]),
        "c16_cores": formats.count(load.facts["machine"]["cores"]),
        "c16_processes": formats.count(load.facts["processes"]),
        "c16_network": str(load.facts["model"]["network"]),
        "c16_good": formats.percent(load.facts["mix"]["good"]),
        "c16_bad": formats.percent(load.facts["mix"]["bad"]),
        "c16_gone": formats.percent(load.facts["mix"]["gone"]),
        "c16_at_a_time": formats.count(limits["requests_at_a_time"]),
        "c16_failed": formats.count(load.levels["failed"].sum()),
        "c16_alone": formats.duration(first["p50_ms"] / 1000),
        "c16_most": formats.count(last["clients"]),
        "c16_best_rate": formats.number(load.levels["a_second"].max(), 1),
        "c16_last_rate": formats.number(last["a_second"], 1),
        "c16_growth": formats.number(last["memory_after_mb"] / first["memory_after_mb"]),
    }
)

# %% [markdown]
# ```{admonition} To remember
# :class: important
# What strangers send will hang or kill a decoder one day. Let that cost one request, and tell the client what to do.
# ```
#
# ## Ask it
#
# ```shell
# pip install "mgc[serve]"
# mgc serve
# curl -F file=@song.mp3 http://127.0.0.1:8000/v1/predictions
# curl --data-binary @song.mp3 http://127.0.0.1:8000/v1/predictions
# ```
#
# The answer is what `mgc predict --json` writes for a file. `/docs` describes every path and every answer (that page loads its script from another host; `/openapi.json` is the same for programs). `GET /v1/model` names the network, its checksum and the limits. `/healthz` is for whoever starts and stops services, `/metrics` for Prometheus.
#
# The service listens on this machine alone, unless `--host` names another address. With `MGC_TOKEN` it asks every client for that token. Web pages of other sites may not ask it, unless `--cors` names the site.
#
# ## What it refuses
#
# A refusal says why, and what to do, as `application/problem+json`:
#
# | Status | Why | Option |
# |---|---|---|
# | `408` | the upload takes too long | `--max-time` |
# | `413` | the file is too large, or the recording too long | `--max-size`, `--max-duration` |
# | `422` | there is no file, or no audio that can be read | |
# | `429` | too many uploads are under way; `Retry-After` says when to come again | `--max-requests` |
# | `503` | no process was free in time, or the one that read the file hung or died | `--jobs`, `--max-time` |
#
# Decoders are the dangerous part: they are written in C and read what strangers send. So each file is read in a process of its own, which is replaced when it hangs or dies. That costs the one request it worked for. An upload is written to a hidden folder for temporary files and removed before the answer leaves. What a killed service left there goes at the next start. SIGTERM ends the service when all that is under way is answered.
#
# ## Under load
#
# Measured on {glue:text}`c16_date` on a machine with {glue:text}`c16_cores` cores, with the network {glue:text}`c16_network` in {glue:text}`c16_processes` processes. Each client sends one upload after the other: {glue:text}`c16_good` are clips of 30 s, {glue:text}`c16_bad` are broken or no music, and in {glue:text}`c16_gone` the client hangs up on the way. The clients run on the same machine and take their share of it. The service takes {glue:text}`c16_at_a_time` uploads at a time and tells others to come again.

# %% tags=["remove-input"]
notebook.table(
    service_tables.load_table(load),
    "Answers of a service under load; times are of answered clips",
    notebook.file_link(load.levels, "load.csv", "CSV"),
)

# %% [markdown]
# A client that is alone waits {glue:text}`c16_alone`. With more clients the wait grows. The rate grows as long as a processor is free, and then no more: at its best it is {glue:text}`c16_best_rate` a second, with {glue:text}`c16_most` clients {glue:text}`c16_last_rate`. Requests that failed: {glue:text}`c16_failed`. The table has the most memory that was held at a time; after {glue:text}`c16_most` clients had gone, all processes together held {glue:text}`c16_growth` times what they held after one.
#
# `nox -s load` measures on your machine.
#
# ## In a container
#
# ```shell
# docker build -t mgc .
# docker run --read-only --tmpfs /tmp -p 127.0.0.1:8000:8000 -e MGC_TOKEN mgc --jobs 2
# ```
#
# The image holds Python, ffmpeg, the package and its network. The service runs as a user without rights, needs to write to `/tmp` alone, and what follows the name of the image are options of `mgc serve`. In front of it belongs what ends TLS and limits how often one client may ask; the service does neither.
#
# On more than one machine, start one on each and put a balancer before them: no request needs to know of another. For folders of files, {doc}`cluster` is the better way.
#
# ## Is the new network better?
#
# ```shell
# mgc compare musicnn my.keras PATH
# ```
#
# Both networks answer to the same labelled tracks, artist after artist in random order. The paired test of {doc}`05_comparison` asks about all tracks together, and must be asked once: who looks after every artist and stops at the first small p decides wrongly far too often. The sequential test may be looked at all the time, and `--stop-early` does so. It bets that artists on which the two differ do not favour each alike, and decides when the bets have earned twenty times the stake. Under the null hypothesis that happens in one of twenty cases at most, whenever somebody looks (Ville's inequality).
#
# Where no difference is shown, the command says how many more tracks would show one as large as that seen, in four of five cases.

# %% tags=["remove-input"]
glue.many(
    {
        "c16_wrong_sequential": formats.percent(looks["false_sequential"].max(), 1),
        "c16_wrong_peeking": formats.percent(looks["false_peeking"].max(), 1),
    },
    f"book/records/{measured.SEQUENTIAL_FILE}",
)

# %% [markdown]
# How often each is wrong was simulated on the published records: for each pair of tuned models, with one seed under the fault-filtered split, many orders of the artists, with the answers of the two swapped within artists at random, so that no decision is right. The sequential test is wrong in {glue:text}`c16_wrong_sequential` at most, the exact test of signs, looked at after every artist, in up to {glue:text}`c16_wrong_peeking`. The price: without swapping, it decides less often than the paired test, which sees all tracks at once and how many of each artist a model wins by.

# %% tags=["remove-input"]
notebook.table(
    service_tables.sequential_table(looks),
    "Tests looked at after every artist, by pair of models",
    notebook.file_link(looks, "sequential.csv", "CSV"),
)

# %% [markdown]
# ## Has the music changed?
#
# ```shell
# mgc serve > log.jsonl
# mgc monitor reference.json log.jsonl
# ```
#
# A network that was measured on one kind of music says little about another. `mgc monitor` sets a sliding window of answers against those to a reference. Two statistics are looked at: the largest of the Kolmogorov-Smirnov distances of the probabilities, each by itself (and of the tags, where the network tells them), and chi-square of the first genres. Their limits come from resampling the reference, so that a stream like it gives a false alarm in one of twenty cases within a thousand tracks. Neither statistic needs to know what is right.

# %% tags=["remove-input"]
window = watched[watched["window"] == drift.WINDOW].set_index("sets_in")
same, other = (window["false_alarms"].filter(like=word).item() for word in ("again", "artists"))
glue.many(
    {
        "c16_window": formats.count(drift.WINDOW),
        "c16_alarm_same": formats.percent(same, 1),
        "c16_alarm_artists": formats.percent(other, 1),
        "c16_delay_clips": formats.count(window.loc["composed clips", "median_delay"]),
        "c16_delay_speech": formats.count(window.loc["speech", "median_delay"]),
        "c16_found_mp3": formats.percent(window["found"].filter(like="64 kbit/s").item()),
    },
    f"book/records/{measured.MONITORING_FILE}",
)

# %% [markdown]
# This was measured on what the network that ships says of GTZAN's tracks; of training tracks, what it says while its head learned from other artists. Streams were drawn from these answers. With windows of {glue:text}`c16_window` tracks, a stream of the reference's own tracks gives an alarm in {glue:text}`c16_alarm_same` of the cases. Halves of GTZAN that share no artist are not the same music: there {glue:text}`c16_alarm_artists` of the streams give one, though nobody would say that anything has changed. A reference should hold as many artists as the stream does.

# %% tags=["remove-input"]
notebook.table(service_tables.false_alarm_table(watched), "False alarms of the monitor")

# %% tags=["remove-input"]
notebook.table(service_tables.delay_table(watched), "From a change to the alarm, in tracks")

# %% [markdown]
# Composed clips are noticed after {glue:text}`c16_delay_clips` tracks, synthetic speech after {glue:text}`c16_delay_speech`. A wider window sees smaller changes, and large ones later. The same recordings, compressed until they sound dull, are noticed in {glue:text}`c16_found_mp3` of the streams: the answers of this network hold whatever the form of a file ({doc}`10_network`), so they are no alarm for damaged sound. Only the ten genres were watched here; `mgc monitor` watches the tags, too.
#
# ## Live sound
#
# ```shell
# mgc listen
# ffmpeg -i SOURCE -f s16le -ac 1 -ar 22050 - | mgc listen -
# ```
#
# Each second brings two answers: to the last three seconds, which follow the music at once and err more, and to the last thirty, on which the network was measured. How long after the second the answers come stands in {doc}`11_speed`.

# %% [markdown]
# ## Check yourself
#
# **Why may one not look at an ordinary test after each artist, and stop at the first small p?**
#
# ```{dropdown} Answer
# Each look is another chance to be fooled, and the chances add up. The sequential test is made so that all looks together decide wrongly in one of twenty cases at most.
# ```
#
# **The monitor gives an alarm. What has happened?**
#
# ```{dropdown} Answer
# The answers are unlike those of the reference. Other genres may be the cause, or other artists of the same genres, or chance. It tells you to listen; it does not say what is wrong. And a change that leaves the answers as they are gives no alarm.
# ```
