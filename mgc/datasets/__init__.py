"""Tracks, editions, GTZAN's facts, archive files, checks and cleaning, protocols and splits.

- `opening.open_edition`: the demo, a folder in GTZAN's layout, or a spectrogram archive.
- `protocols.make_split`: which tracks train, validate and test under a protocol.
- `quality.measure`, `quality.flag`: what is wrong with recordings.
- `gtzan.gtzan_table`, `facts`: what is known of GTZAN's tracks, and what others published.

Examples
--------
>>> from mgc.datasets.opening import open_edition
>>> from mgc.datasets.protocols import make_split
>>> tracks = open_edition("demo").tracks
>>> split = make_split(
...     "cv5",
...     [track.track_id for track in tracks],
...     [track.genre for track in tracks],
...     [track.artist for track in tracks],
...     seed=0,
... )
>>> [len(fold.test) for fold in split.folds]
[18, 18, 18, 18, 18]
"""
