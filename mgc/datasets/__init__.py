"""Tracks, editions, GTZAN's facts, archive files, checks and cleaning, protocols and splits.

- `opening.open_edition`: the demo, a folder in GTZAN's layout, or a spectrogram archive.
- `protocols.make_split`: which tracks train, validate and test under a protocol.
- `quality.measure`, `quality.flag`: what is wrong with recordings.
- `gtzan.gtzan_table`, `facts`: what is known of GTZAN's tracks, and what others published.
"""
