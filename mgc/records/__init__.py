"""A fit as a folder of text: its configuration, the store that holds it, and its checks.

`study.open_study` looks up the records that answer a question to an edition;
`study.prepare_study` first describes an edition that has no records yet.
"""
