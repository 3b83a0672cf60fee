"""Which music there is, and which part of it trains, validates and tests.

`opening.open_edition` finds and names a set of tracks, `verify` and `quality` check and clean it,
`gtzan` and `facts` hold what others found out about GTZAN, `archive` reads spectrogram archives,
and `protocols.make_split` divides tracks into parts.
"""
