"""Samples or pictures become arrays.

- `extract.extract`: statistics, mel-spectrogram and cepstra of one clip.
- `loading.load_arrays`: the same of a whole edition, from the cache where they are known.
- `names.FEATURE_NAMES`: the 228 statistics by name.
- `pack.pack`: a spectrogram archive from a folder of audio.

Examples
--------
>>> from mgc.audio.samples import load
>>> from mgc.datasets.demo import clip_path
>>> from mgc.features.extract import extract
>>> heard = extract(load(clip_path("jazz.00004")))
>>> heard.tabular.shape, heard.spectrogram.shape, heard.sequence.shape
((228,), (128, 1292), (1292, 13))
"""
