"""A network as a file; files and folders of music classified.

- `classifier.Classifier`: from files to genres, for each half minute and for the whole.
- `network_file.open_network`, `network_file.write`: a trained network as a file.
- `make_network.make`: fit, calibrate, write and test a network.
- `batch.tables.write_features`, `batch.tables.write_genres`: tables of many files.

Examples
--------
>>> from mgc.datasets.demo import clip_path
>>> from mgc.inference.classifier import Classifier
>>> answer = Classifier().answer(clip_path("blues.00007"))
>>> answer.verdict, answer.top[0][0]
('sure', 'blues')
"""
