"""A network at work: it answers over HTTP, listens, and is watched and compared.

- `app.create_app`: the web application behind ``mgc serve``.
"""
