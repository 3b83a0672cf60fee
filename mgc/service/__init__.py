"""A network at work: it answers over HTTP, listens, and is watched and compared.

- `app.create_app`: the web application behind ``mgc serve``.
- `monitor.watch`: answers that come in, watched for a change.
- `listen.listen`: live sound, answered each second.
- `compare.compare`: two networks on the same labelled tracks.
"""
