"""Samples or pictures become arrays.

- `extract.extract`: statistics, mel-spectrogram and cepstra of one clip.
- `loading.load_arrays`: the same of a whole edition, from the cache where they are known.
- `names.FEATURE_NAMES`: the 228 statistics by name.
- `pack.pack`: a spectrogram archive from a folder of audio.
"""
