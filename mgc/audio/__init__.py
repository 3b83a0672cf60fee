"""Any audio file becomes mono samples, or windows of them.

- `samples.decode`, `samples.load`: a file as mono samples at its own rate, or at 22,050 Hz.
- `windows.windows`: a file of any length as windows of 30 s, in memory that does not grow.
- `loudness.audible`: what a person hears of samples, and what is silence.
- `files.audio_files`: the audio files in folders.

Examples
--------
>>> from mgc.audio.samples import load
>>> from mgc.datasets.demo import clip_path
>>> load(clip_path("jazz.00004")).shape  # half a minute at 22,050 Hz
(661500,)
"""
