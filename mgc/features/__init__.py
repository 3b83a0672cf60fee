"""Samples or pictures become arrays.

`extract.extract` describes one clip, `loading.load_arrays` all tracks of an edition from a cache,
`from_archive` those of a spectrogram archive; `pack` makes such an archive, `augment` altered
copies of tracks.
"""
