"""A network at work: it answers over HTTP, listens, and is watched and compared.

- `app.create_app`: the web application behind ``mgc serve``.
- `compare.compare`: two networks on the same labelled tracks.
"""
