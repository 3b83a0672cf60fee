"""A network at work: it answers over HTTP, listens, and is watched and compared.

- ``app.create_app``: the web application behind ``mgc serve``, with the extra ``serve``.
- `monitor.watch`: answers that come in, watched for a change.
- `listen.listen`: live sound, answered each second.
- `compare.compare`: two networks on the same labelled tracks.

Examples
--------
>>> from io import BytesIO
>>> from mgc.audio.samples import load
>>> from mgc.datasets.demo import clip_path
>>> from mgc.inference.classifier import Classifier
>>> from mgc.service.listen import listen
>>> sound = (load(clip_path("jazz.00004"))[: 5 * 22050] * 32767).astype("<i2")
>>> [round(heard.time_s) for heard in listen(BytesIO(sound.tobytes()).read, Classifier())]
[3, 4, 5]
"""
