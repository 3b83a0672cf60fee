"""A fit as a folder of text, the store of all fits, and the study that looks them up.

- `study.open_study`: one question put to one edition; `study.Study` finds the records.
- `store.Store`, `store.Record`: the fits that there are, with predictions and history.
- `config.configuration`, `config.fit_id`: what a fit is made of, and its name.

Examples
--------
>>> from mgc.records.study import open_study
>>> study = open_study("gtzan-archive", protocol="artist_cv", variant="tuned")
>>> fits = study.groups(models=("vgg16",))["vgg16"]
>>> [fit.config["seed"] for fit in fits]
[0, 1, 2]
"""
